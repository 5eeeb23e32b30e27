package dev.cortado.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.cortado.engine.backend.Segment;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Garbage per token, which a collector would have to stop the world for. */
interface AllocationContract extends UnderTest {
    /** What the compiler is given on a busy machine. */
    Duration PATIENCE = Duration.ofSeconds(60);

    /** Counts what the calling thread allocates in operations; the segments are the caller's. */
    @Test
    default void a_warm_forward_pass_makes_no_garbage() {
        assumeTrue(allocatesNothing(), "the backend does not claim to make no garbage");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] ids = {1};
        int warm = 3000;
        int measured = 100;
        try (MiniatureModel model = new MiniatureModel(backend());
                MiniatureModel.Run run = model.new Run(8)) {
            List<Segment> segments = run.segment(3, 1);
            long end = System.nanoTime() + PATIENCE.toNanos();
            long bytes;
            do {
                for (int i = 0; i < warm; i++) {
                    run.forward(ids, 1, segments);
                }
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < measured; i++) {
                    run.forward(ids, 1, segments);
                }
                bytes = threads.getCurrentThreadAllocatedBytes() - before;
            } while (bytes / measured >= 64 && System.nanoTime() < end);
            assertThat(bytes / measured).as("bytes per forward pass").isLessThan(64);
        }
    }
}
