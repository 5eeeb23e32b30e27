package dev.cortado.testkit;

import java.lang.reflect.AnnotatedElement;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Carries out {@link RequiresModel}; each model is looked for once per test run. */
public final class RequiresModelExtension implements ExecutionCondition, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(RequiresModelExtension.class);

    /** Either where the model is, or why it is not there. */
    private record Search(Optional<Path> found, String reason) {}

    /** For JUnit. */
    public RequiresModelExtension() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<String> name = required(context.getElement());
        if (name.isEmpty()) {
            return ConditionEvaluationResult.enabled("needs no model");
        }
        Search search = search(name.get(), context);
        if (search.found().isPresent()) {
            return ConditionEvaluationResult.enabled(name.get() + " is there");
        }
        String line = "%s needs the model %s: %s".formatted(context.getDisplayName(), name.get(), search.reason());
        if (Boolean.parseBoolean(System.getenv("CI"))) {
            throw new AssertionError(line + " (a skipped model test is a failure when CI=true)");
        }
        System.err.println("SKIPPED " + line);
        return ConditionEvaluationResult.disabled(line);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Path.class && parameter.getParameter().getAnnotations().length == 0;
    }

    @Override
    public Path resolveParameter(ParameterContext parameter, ExtensionContext context) {
        String name = required(context.getElement())
                .or(() -> context.getTestClass().flatMap(type -> required(Optional.of(type))))
                .orElseThrow();
        return search(name, context).found().orElseThrow();
    }

    private static Optional<String> required(Optional<? extends AnnotatedElement> element) {
        return AnnotationSupport.findAnnotation(element, RequiresModel.class).map(RequiresModel::value);
    }

    private static Search search(String name, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(name, RequiresModelExtension::search, Search.class);
    }

    private static Search search(String name) {
        RealModel model = RealModel.ALL.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no model named " + name + " in RealModel.ALL"));
        try {
            return new Search(
                    Optional.of(ModelFolder.ofEnvironment(System.getenv()).obtain(model)), "");
        } catch (ModelFolder.Unavailable e) {
            return new Search(Optional.empty(), String.valueOf(e.getMessage()));
        }
    }
}
