package dev.cortado.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.reference.ReferenceBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract can fail: a backend with one small mistake does not pass. */
class BackendContractTest {
    /** The operation that is wrong. */
    private static final ScopedValue<String> WRONG = ScopedValue.newInstance();

    @ParameterizedTest(name = "in {0}")
    @CsvSource({
        "embed, embeddings_are_the_dequantised_rows",
        "matmul, products_with_any_activations_lose_no_more_than_their_rounding",
        "matmul, several_matrices_of_different_types_share_an_input_and_have_biases",
        "matmulPerHead, each_head_has_a_matrix_of_its_own",
        "norm, rows_are_normalised",
        "rope, every_head_is_rotated",
        "store, a_cache_holds_the_rounded_rows",
        "store, windows_hide_far_keys",
        "attend, widths_that_suit_no_vector",
        "activate, gated_and_plain_activations",
        "add, sums_and_products_of_rows",
        "multiply, sums_and_products_of_rows",
        "scale, functions_of_one_value",
        "clamp, functions_of_one_value",
        "softCap, functions_of_one_value",
        "sigmoid, functions_of_one_value",
        "addParameter, sums_and_products_with_a_parameter",
        "multiplyParameter, sums_and_products_with_a_parameter",
        "copy, copies_are_equal",
        "gather, rows_are_gathered_in_the_order_asked_for",
        "experts, weights_may_be_normalised_and_scaled",
        "convolve, a_convolution_gives_the_same_in_any_split",
        "selectiveScan, a_selective_scan_gives_the_same_in_any_split",
        "discard, discarding_moves_tokens_down_and_turns_keys_back",
        "norm, a_forward_pass_agrees_with_the_reference",
    })
    void notices_a_mistake(String operation, String test) {
        assertThat(run(operation, test).getTestsFailedCount()).isPositive();
        TestExecutionSummary right = run("none", test);
        assertThat(right.getTestsSucceededCount()).isPositive();
        assertThat(right.getTestsFailedCount()).isZero();
    }

    private static TestExecutionSummary run(String wrong, String test) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(OneMistake.class))
                .filters((PostDiscoveryFilter) descriptor -> FilterResult.includedIf(isOrHolds(descriptor, test)))
                .build();
        ScopedValue.where(WRONG, wrong).run(() -> LauncherFactory.create().execute(request, listener));
        return listener.getSummary();
    }

    private static boolean isOrHolds(TestDescriptor descriptor, String test) {
        return descriptor.getSource().filter(MethodSource.class::isInstance).isEmpty()
                || descriptor
                        .getSource()
                        .map(MethodSource.class::cast)
                        .filter(method -> method.getMethodName().equals(test))
                        .isPresent();
    }

    /** The reference, but for the operation {@link #WRONG}. */
    static class OneMistake extends BackendContract {
        OneMistake() {
            super(spoiled(new ReferenceBackend(), WRONG.get()));
        }
    }

    private static Backend spoiled(Backend right, String operation) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (proxy, method, arguments) ->
                        call(right, method, arguments, method.getName().equals(operation)));
    }

    private static @Nullable Object call(
            Backend right, Method method, @Nullable Object @Nullable [] arguments, boolean wrong) throws Throwable {
        boolean forgets =
                wrong && (method.getName().equals("store") || method.getName().equals("discard"));
        try {
            Object result = forgets ? null : method.invoke(right, arguments);
            if (wrong && !forgets && arguments != null) {
                spoil(output(method.getName(), arguments));
            }
            return result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** The last activations of an operation that has an output, the first of one that works in place. */
    private static Activations output(String operation, @Nullable Object[] arguments) {
        Activations found = null;
        boolean inPlace = operation.equals("add") || operation.equals("multiply");
        for (Object argument : arguments) {
            if (argument instanceof Activations[] outputs) {
                found = outputs[outputs.length - 1];
            } else if (argument instanceof Activations activations && (found == null || !inPlace)) {
                found = activations;
            }
        }
        if (found == null) {
            throw new AssertionError(operation + " has no output");
        }
        return found;
    }

    /** The last number of the last row grows by two hundredths. */
    private static void spoil(Activations x) {
        if (x.rows() > 0) {
            float[] row = new float[x.columns()];
            x.read(x.rows() - 1, row, 0);
            row[row.length - 1] += 0.02f * Math.max(1, Math.abs(row[row.length - 1]));
            x.write(x.rows() - 1, row, 0);
        }
    }
}
