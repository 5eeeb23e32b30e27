package dev.cortado.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {4, 20}) // fewer and more threads than there are runs of parts
    void every_part_runs_once_in_region_after_region(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            WorkerPool.Region region = pool.enter();
            for (int parts = 0; parts < 100; parts++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(1, parts));
                region.run(parts, (part, buffers) -> runs.incrementAndGet(part));
                for (int part = 0; part < parts; part++) {
                    assertThat(runs.get(part)).isEqualTo(1);
                }
            }
            region.leave();
        }
    }

    @Test
    void a_failed_part_is_thrown_when_all_parts_have_ended() {
        try (WorkerPool pool = new WorkerPool(3)) {
            WorkerPool.Region region = pool.enter();
            AtomicInteger ended = new AtomicInteger();
            assertThatThrownBy(() -> region.run(20, (part, buffers) -> {
                        ended.incrementAndGet();
                        if (part == 7) {
                            throw new IllegalArgumentException("part 7");
                        }
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("part 7");
            assertThat(ended).hasValue(20);
            region.run(20, (part, buffers) -> ended.incrementAndGet());
            assertThat(ended).hasValue(40);
            region.leave();
        }
    }

    @Test
    void many_callers_share_the_workers_without_disturbing_each_other() throws Exception {
        try (WorkerPool pool = new WorkerPool(3);
                ExecutorService callers = Executors.newFixedThreadPool(6)) {
            List<Future<?>> running = new ArrayList<>();
            for (int caller = 0; caller < 6; caller++) {
                running.add(callers.submit(() -> {
                    WorkerPool.Region region = pool.enter();
                    for (int round = 0; round < 2000; round++) {
                        int[] sums = new int[9];
                        int value = round;
                        region.run(9, (part, buffers) -> sums[part] = value + part);
                        for (int part = 0; part < 9; part++) {
                            assertThat(sums[part]).isEqualTo(value + part);
                        }
                    }
                    region.leave();
                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        }
    }

    @Test
    void idle_workers_take_no_processor_time() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3)) {
            WorkerPool.Region region = pool.enter();
            region.run(8, (part, buffers) -> {});
            region.leave();
            Thread.sleep(300); // longer than workers spin, also on a busy machine
            assertThat(workers()).hasSize(2).allMatch(worker -> worker.getState() == Thread.State.WAITING);
        }
    }

    @Test
    void closing_ends_the_workers_and_refuses_callers() {
        WorkerPool pool = new WorkerPool(3);
        List<Thread> workers = workers();
        pool.close();
        assertThat(workers).hasSize(2).noneMatch(Thread::isAlive);
        assertThatIllegalStateException().isThrownBy(pool::enter);
    }

    private static List<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("cortado-cpu-"))
                .toList();
    }
}
