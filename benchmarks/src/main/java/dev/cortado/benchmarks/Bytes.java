package dev.cortado.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reports gigabytes (10^9) and weights per second beside a benchmark's own throughput. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Bytes {
    /** 10^9 bytes read. */
    public double gigabytes;

    /** 10^9 weights multiplied with a token. */
    public double gigaweights;

    @Setup(Level.Iteration)
    public void clear() {
        gigabytes = 0;
        gigaweights = 0;
    }

    void add(long bytes, long weights) {
        gigabytes += bytes * 1e-9;
        gigaweights += weights * 1e-9;
    }
}
