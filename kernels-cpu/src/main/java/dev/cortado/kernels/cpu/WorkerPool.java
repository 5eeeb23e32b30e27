package dev.cortado.kernels.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one backend. A caller enters with a {@link Region}, runs tasks that are cut into parts, and takes part
 * itself. Every thread begins with a run of neighbouring parts of its own, which it reads in one sequence, and then
 * claims parts of the others' runs, one by one, so that a disturbed core delays nobody. Which thread computes a part is
 * left to chance, hence parts must not depend on each other nor on their number of takers.
 *
 * <p>Workers spin for a short while after their last part, then park: an idle pool costs no CPU. When several callers
 * are inside at once, each of them takes the place of one worker, so no more threads run than the pool was made for.
 */
final class WorkerPool implements AutoCloseable {
    /** Work cut into parts that can be computed in any order by any thread. */
    interface Task {
        /** Computes one part with the buffers of the thread that runs it. */
        void run(int part, Buffers buffers);
    }

    /** About half a millisecond: longer than the pause between two regions of a forward pass, shorter than one between tokens of an idle chat. */
    private static final int SPINS_BEFORE_PARKING = 12_000;

    /** Multiplications that take one thread a few microseconds, several times what a region costs. */
    private static final long WORTH_SHARING = 50_000;

    private static final int SPINS_BEFORE_YIELDING = 4_000;

    /** Runs that parts are divided into, at most; more threads than these share them. */
    private static final int RUNS = 16;

    /** Longs between two claim words: as many as two cache lines, which some CPUs fetch together. */
    private static final int APART = 16;
    private static final VarHandle EPOCH;
    private static final VarHandle CALLERS;

    static {
        try {
            EPOCH = MethodHandles.lookup().findVarHandle(WorkerPool.class, "epoch", int.class);
            CALLERS = MethodHandles.lookup().findVarHandle(WorkerPool.class, "callers", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Worker[] workers;

    @SuppressWarnings("unused") // read and written through EPOCH
    private volatile int epoch;

    @SuppressWarnings("unused") // written through CALLERS
    private volatile int callers;

    private volatile Region[] regions = {};
    private volatile boolean closed;
    private @Nullable Region idle;

    /** Starts {@code threads - 1} workers; the caller is the other thread. */
    WorkerPool(int threads) {
        workers = new Worker[threads - 1];
        Arrays.setAll(workers, i -> new Worker(i + 1));
        for (Worker worker : workers) {
            worker.start();
        }
    }

    /** Hands out a region for the calling thread alone until it is given back with {@link Region#leave}. */
    synchronized Region enter() {
        if (closed) {
            throw new IllegalStateException("the CPU backend is closed");
        }
        Region region = idle;
        if (region == null) {
            region = new Region();
            Region[] more = Arrays.copyOf(regions, regions.length + 1);
            more[regions.length] = region;
            regions = more;
        } else {
            idle = region.nextIdle;
        }
        return region;
    }

    private synchronized void takeBack(Region region) {
        region.nextIdle = idle;
        idle = region;
    }

    /** Ends the workers and waits for them. */
    @Override
    public void close() {
        closed = true;
        EPOCH.getAndAdd(this, 1);
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
        boolean interrupted = false;
        for (Worker worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void announce(int parts) {
        EPOCH.getAndAdd(this, 1);
        int wanted = Math.min(parts - 1, workers.length);
        for (int i = 0; i < wanted; i++) {
            if (workers[i].parked) {
                LockSupport.unpark(workers[i]);
            }
        }
    }

    /** One caller's place in the pool: a task being computed, and the caller's own buffers. */
    final class Region {
        /** The caller's buffers. */
        final Buffers buffers = new Buffers();

        /** The caller's operations, reused so that a token costs no garbage. */
        final Workbench bench = new Workbench(this);

        /**
         * A word per run: generation in the upper half (so that a claim made for an earlier task fails), next unclaimed
         * part in the lower.
         */
        private final long[] claims = new long[(Math.min(RUNS, workers.length + 1) + 1) * APART];

        @SuppressWarnings("unused") // through DONE
        private volatile int done;

        private int generation;
        private int parts;
        private int runs;
        private @Nullable Task task;
        private volatile @Nullable Throwable failure;
        private @Nullable Region nextIdle;

        /** Gives the region back; the caller must not use it any more. */
        void leave() {
            takeBack(this);
        }

        /** Threads that take part, the caller included. */
        int threads() {
            return workers.length + 1;
        }

        /**
         * Computes all parts and returns when they are done.
         *
         * @throws RuntimeException the first exception that a part threw, when no part is running any more
         */
        void run(int parts, Task task) {
            if (parts <= 1 || workers.length == 0) {
                for (int part = 0; part < parts; part++) {
                    task.run(part, buffers);
                }
                return;
            }
            publish(parts, task);
            CALLERS.getAndAdd(WorkerPool.this, 1);
            try {
                announce(parts);
                int taken = 0;
                while (takePart(0, buffers)) {
                    taken++;
                }
                finished(taken);
                awaitOthers(parts);
            } finally {
                CALLERS.getAndAdd(WorkerPool.this, -1);
            }
            Throwable thrown = failure;
            if (thrown instanceof RuntimeException e) {
                throw e;
            }
            if (thrown instanceof Error e) {
                throw e;
            }
        }

        /**
         * As {@link #run(int, Task)}, but by the caller alone where the work is less than waking others costs.
         *
         * @param multiplications of all parts together
         */
        void runIfWorthwhile(int parts, long multiplications, Task task) {
            if (multiplications >= WORTH_SHARING) {
                run(parts, task);
                return;
            }
            for (int part = 0; part < parts; part++) {
                task.run(part, buffers);
            }
        }

        private void publish(int parts, Task task) {
            generation++;
            int words = Math.min(RUNS, workers.length + 1);
            for (int run = 0; run < words; run++) {
                // Nothing can be claimed while task and parts change hands.
                CLAIM.setVolatile(claims, (run + 1) * APART, (long) generation << 32 | Integer.MAX_VALUE);
            }
            this.parts = parts;
            this.task = task;
            runs = Math.min(parts, words);
            failure = null;
            done = 0;
            for (int run = 0; run < runs; run++) {
                CLAIM.setRelease(claims, (run + 1) * APART, (long) generation << 32 | (long) run * parts / runs);
            }
        }

        /** Claims and computes one part, of the run of thread {@code number} while it has one; false when none is left. */
        private boolean takePart(int number, Buffers buffers) {
            int runs = this.runs;
            for (int i = 0; i < runs; i++) {
                if (takePartOfRun((number + i) % runs, buffers)) {
                    return true;
                }
            }
            return false;
        }

        private boolean takePartOfRun(int run, Buffers buffers) {
            while (true) {
                long seen = (long) CLAIM.getAcquire(claims, (run + 1) * APART);
                int part = (int) seen;
                int runs = this.runs;
                if (run >= runs || part >= (run + 1L) * parts / runs) {
                    return false;
                }
                Task claimed = task;
                if (claimed != null && CLAIM.compareAndSet(claims, (run + 1) * APART, seen, seen + 1)) {
                    try {
                        claimed.run(part, buffers);
                    } catch (RuntimeException | Error e) {
                        if (failure == null) {
                            failure = e;
                        }
                    }
                    return true;
                }
            }
        }

        /** Counts parts that a thread took, when it takes no more. */
        private void finished(int taken) {
            DONE.getAndAdd(this, taken);
        }

        private void awaitOthers(int parts) {
            int spins = 0;
            while ((int) DONE.getAcquire(this) < parts) {
                if (++spins < SPINS_BEFORE_YIELDING) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
    }

    private static final VarHandle CLAIM = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle DONE;

    static {
        try {
            DONE = MethodHandles.lookup().findVarHandle(Region.class, "done", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final class Worker extends Thread {
        private final int number;
        private final Buffers buffers = new Buffers();
        private volatile boolean parked;

        Worker(int number) {
            super("cortado-cpu-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            int seen = epoch;
            while (!closed) {
                if (!help()) {
                    awaitChange(seen);
                }
                seen = epoch;
            }
        }

        /** Takes parts wherever there are some; false when none were left. */
        private boolean help() {
            boolean helped = false;
            for (Region region : regions) {
                int taken = 0;
                while (number + callers <= workers.length + 1 && region.takePart(number, buffers)) {
                    taken++;
                }
                if (taken > 0) {
                    region.finished(taken);
                    helped = true;
                }
            }
            return helped;
        }

        private void awaitChange(int seen) {
            for (int spins = 0; spins < SPINS_BEFORE_PARKING; spins++) {
                if ((int) EPOCH.getAcquire(WorkerPool.this) != seen) {
                    return;
                }
                Thread.onSpinWait();
            }
            parked = true;
            while (epoch == seen && !closed) {
                LockSupport.park(WorkerPool.this);
            }
            parked = false;
        }
    }
}
