package dev.cortado.kernels.cpu.weights;

import java.util.function.IntConsumer;

/** Threads to divide work among. */
@FunctionalInterface
public interface Parallel {
    /** The calling thread alone. */
    Parallel NONE = (parts, part) -> {
        for (int i = 0; i < parts; i++) {
            part.accept(i);
        }
    };

    /** Runs parts 0 to {@code parts - 1} and returns when all have ended. */
    void run(int parts, IntConsumer part);
}
