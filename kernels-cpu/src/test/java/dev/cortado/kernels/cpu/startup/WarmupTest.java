package dev.cortado.kernels.cpu.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    @Test
    void a_kernel_that_allocates_nothing_is_ready() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        warmup.add("quiet", calls::incrementAndGet, ready::countDown);
        assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(calls).hasPositiveValue();
    }

    @Test
    void a_kernel_that_allocates_is_not_ready_until_it_stops() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        warmup.add(
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
        warmup.add("first", calls::incrementAndGet, () -> warmup.add("next", calls::incrementAndGet, ready::countDown));
        assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nothing_is_called_after_closing() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        warmup.close();
        warmup.add("late", calls::incrementAndGet, () -> {});
        Thread.sleep(20);
        assertThat(calls).hasValue(0);
    }
}
