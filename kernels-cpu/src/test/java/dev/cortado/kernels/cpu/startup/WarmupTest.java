package dev.cortado.kernels.cpu.startup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.kernels.cpu.startup.Warmup.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The thread that calls kernels until they are compiled. */
class WarmupTest {
    private final Warmup warmup = new Warmup();

    @SuppressWarnings("unused") // keeps what a test allocates reachable
    private volatile Object garbage;

    @AfterEach
    void close() {
        warmup.close();
    }

    private static Runnable longerThanATurn(AtomicInteger calls) {
        return () -> {
            calls.incrementAndGet();
            LockSupport.parkNanos(5_000_000);
        };
    }

    @Test
    void a_kernel_that_allocates_nothing_is_ready() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        warmup.add(Stage.TOKEN, "quiet", calls::incrementAndGet, ready::countDown);
        assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(calls).hasPositiveValue();
    }

    @Test
    void a_kernel_that_allocates_is_not_ready_until_it_stops() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        warmup.add(
                Stage.TOKEN,
                "boxing at first",
                () -> {
                    if (calls.incrementAndGet() < 5_000) {
                        garbage = new byte[64];
                    }
                },
                ready::countDown);
        assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(calls).hasValueGreaterThanOrEqualTo(5_000);
    }

    @Test
    void what_is_ready_may_add_the_next_kernel() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        Runnable next = () -> warmup.add(Stage.TOKEN, "next", calls::incrementAndGet, ready::countDown);
        warmup.add(Stage.TOKEN, "first", calls::incrementAndGet, next);
        assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_prompt_waits_for_its_kernels_and_for_no_others() {
        AtomicInteger prompt = new AtomicInteger();
        warmup.add(Stage.PROMPT, "prompt", () -> {}, prompt::incrementAndGet);
        warmup.add(Stage.TOKEN, "never quiet", () -> garbage = new byte[64], () -> {});
        warmup.letPromptGoFirst();
        assertThat(prompt).hasValue(1);
    }

    @Test
    void a_prompt_does_not_wait_forever_nor_does_the_next_one_begin_anew() {
        warmup.add(Stage.PROMPT, "never quiet", () -> garbage = new byte[64], () -> {});
        long before = System.nanoTime();
        warmup.letPromptGoFirst();
        assertThat(System.nanoTime() - before).isBetween(1_000_000_000L, 30_000_000_000L);
        before = System.nanoTime();
        warmup.letPromptGoFirst();
        assertThat(System.nanoTime() - before).isLessThan(500_000_000L);
    }

    @Test
    void waiting_ends_with_the_warm_up() throws InterruptedException {
        warmup.add(Stage.PROMPT, "never quiet", () -> garbage = new byte[64], () -> {});
        Thread prompt = Thread.ofPlatform().start(warmup::letPromptGoFirst);
        warmup.close();
        assertThat(prompt.join(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void kernels_that_a_prompt_does_not_need_rest_while_it_is_computed() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        warmup.letPromptGoFirst();
        warmup.add(Stage.TOKEN, "slow", longerThanATurn(calls), () -> {});
        for (int product = 0; product < 50; product++) {
            warmup.letPromptGoFirst();
            Thread.sleep(1);
        }
        assertThat(calls).hasValueLessThan(5); // the few that a pause of this thread let through
        CountDownLatch ready = new CountDownLatch(1);
        warmup.add(Stage.TOKEN, "after the prompt", () -> {}, ready::countDown);
        assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_token_waits_for_its_kernels_and_not_for_those_that_may_never_be_needed() throws InterruptedException {
        AtomicInteger token = new AtomicInteger();
        warmup.add(Stage.TOKEN, "token", () -> {}, token::incrementAndGet);
        warmup.add(Stage.IDLE, "never quiet", () -> garbage = new byte[64], () -> {});
        Thread.sleep(50); // longer than kernels rest after a prompt
        warmup.letTokenGoFirst();
        assertThat(token).hasValue(1);
    }

    @Test
    void the_last_row_of_a_prompt_does_not_wait() {
        warmup.letPromptGoFirst();
        warmup.add(Stage.TOKEN, "never quiet", () -> garbage = new byte[64], () -> {});
        long before = System.nanoTime();
        warmup.letPromptGoFirst();
        warmup.letTokenGoFirst();
        assertThat(System.nanoTime() - before).isLessThan(1_000_000_000L);
    }

    @Test
    void kernels_that_may_never_be_needed_rest_while_tokens_are_computed() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        warmup.letTokenGoFirst();
        Warmup.Task task = warmup.add(Stage.IDLE, "slow", longerThanATurn(calls), () -> {});
        for (int product = 0; product < 100; product++) {
            warmup.letTokenGoFirst();
            Thread.sleep(1);
        }
        assertThat(calls).hasValueLessThan(5); // the few that a pause of this thread let through
        warmup.hasten(task, Stage.TOKEN);
        int rested = calls.get();
        for (int millis = 0; calls.get() == rested; millis++) {
            Thread.sleep(1);
            assertThat(millis).isLessThan(30_000);
        }
    }

    @Test
    void a_kernel_becomes_no_less_urgent() {
        AtomicInteger ready = new AtomicInteger();
        Warmup.Task task = warmup.add(Stage.PROMPT, "urgent", () -> {}, ready::incrementAndGet);
        warmup.hasten(task, Stage.TOKEN);
        warmup.letPromptGoFirst();
        assertThat(ready).hasValue(1);
    }

    @Test
    void a_prompts_kernel_is_called_while_others_rest_for_loading() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        warmup.letLoadingGoFirst();
        Warmup.Task task = warmup.add(Stage.IDLE, "later urgent", calls::incrementAndGet, () -> {});
        warmup.add(Stage.TOKEN, "rests", () -> {}, () -> {});
        for (int matrix = 0; matrix < 10; matrix++) {
            warmup.letLoadingGoFirst();
            Thread.sleep(1);
        }
        assertThat(calls).hasValue(0);
        warmup.hasten(task, Stage.PROMPT);
        for (int matrix = 0; calls.get() == 0; matrix++) {
            warmup.letLoadingGoFirst();
            Thread.sleep(1);
            assertThat(matrix).isLessThan(1_000);
        }
    }

    @Test
    void prompts_without_end_do_not_keep_other_kernels_from_being_compiled() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        warmup.letPromptGoFirst();
        warmup.add(Stage.TOKEN, "patient", () -> {}, ready::countDown);
        for (int product = 0; !ready.await(1, TimeUnit.MILLISECONDS); product++) {
            warmup.letPromptGoFirst();
            assertThat(product).isLessThan(30_000);
        }
    }

    @Test
    void what_a_prompt_needs_is_ready_before_what_a_token_needs() throws InterruptedException {
        CountDownLatch added = new CountDownLatch(1);
        CountDownLatch ready = new CountDownLatch(3);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Runnable untilAdded = () -> {
            while (added.getCount() > 0) {
                Thread.onSpinWait();
            }
        };
        for (Stage stage : List.of(Stage.IDLE, Stage.TOKEN, Stage.PROMPT)) {
            warmup.add(stage, stage.name(), untilAdded, () -> {
                order.add(stage.name());
                ready.countDown();
            });
        }
        added.countDown();
        assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(order).containsExactly("PROMPT", "TOKEN", "IDLE");
    }

    @Test
    void a_kernel_may_become_urgent_later() {
        AtomicInteger ready = new AtomicInteger();
        Warmup.Task task = warmup.add(Stage.IDLE, "later urgent", () -> {}, ready::incrementAndGet);
        warmup.add(Stage.TOKEN, "never quiet", () -> garbage = new byte[64], () -> {});
        warmup.hasten(task, Stage.PROMPT);
        warmup.letPromptGoFirst();
        assertThat(ready).hasValue(1);
        long before = System.nanoTime();
        warmup.hasten(task, Stage.PROMPT);
        warmup.letPromptGoFirst();
        assertThat(System.nanoTime() - before).isLessThan(500_000_000L);
    }

    @Test
    void nothing_is_called_after_closing() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        warmup.close();
        warmup.add(Stage.TOKEN, "late", calls::incrementAndGet, () -> {});
        Thread.sleep(20);
        assertThat(calls).hasValue(0);
    }
}
