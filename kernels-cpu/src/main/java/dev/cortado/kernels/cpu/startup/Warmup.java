package dev.cortado.kernels.cpu.startup;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls vector kernels on tiny inputs in the background until C2 has compiled them. An uncompiled vector kernel runs a
 * thousand times slower and puts every vector on the heap, so one whose calls allocate nothing is compiled. The compiler
 * is what everything waits for, so kernels are compiled in the order in which an answer needs them, and those that it may
 * not need at all while nothing is computed; those of one {@link Stage} take turns, because C2 compiles one while another
 * gathers its profile. The thread is a daemon and ends with its work.
 */
public final class Warmup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Warmup.class);
    private static final long TURN_NANOS = 2_000_000;
    private static final int QUIET_TURNS = 2;
    /** Turns after which a kernel lets all others go first, and leaves the core to others between its turns. */
    private static final int PATIENCE_TURNS = 5_000;

    private static final long LATE_PAUSE_MILLIS = 20;
    /** Kernels that have not settled after calls of this length, a minute with the pauses, stay on their plain loops. */
    private static final long LIMIT_NANOS = 15_000_000_000L;

    /** What all prompts together wait for their kernels, at most; all tokens for theirs likewise. */
    private static final long PATIENCE_NANOS = 1_500_000_000;

    /** How long kernels go on resting after what they rest for. */
    private static final long REST_NANOS = 30_000_000;

    /** What they rest in all, at most: where prompts or loading take long, answers need their kernels too. */
    private static final long PATIENCE_OF_OTHERS_NANOS = 1_500_000_000;

    private static final long REST_PAUSE_NANOS = 1_000_000;
    private static final long IDLE_PAUSE_NANOS = 20_000_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Task> tasks = new ArrayList<>();
    private boolean running;
    private volatile boolean closed;
    private final Wait prompts = new Wait(Stage.PROMPT);
    private final Wait tokens = new Wait(Stage.TOKEN);
    /** Since the present round began, a kernel has come up that goes before all of it. */
    private volatile boolean urgent;

    private long patienceOfOthers = PATIENCE_OF_OTHERS_NANOS;
    private volatile long promptUntil = System.nanoTime();
    private volatile long busyUntil = promptUntil;

    /** What a kernel is for, the most urgent first. */
    public enum Stage {
        /** The prompt. */
        PROMPT,
        /** One token after the other. */
        TOKEN,
        /** Several chats at once, or whatever else may never come; its kernels are called while nothing is computed. */
        IDLE
    }

    /** What it is worth to wait for kernels, which is less for each wait. */
    private static final class Wait {
        private final Stage stage;
        private volatile boolean worthwhile;
        private long patience = PATIENCE_NANOS;

        private Wait(Stage stage) {
            this.stage = stage;
        }
    }

    /** A kernel that is being warmed up. */
    public static final class Task {
        private volatile Stage stage;
        private final String name;
        private final Runnable call;
        private final Runnable ready;
        private long nanos;
        private int turns;
        private int quietTurns;

        private Task(Stage stage, String name, Runnable call, Runnable ready) {
            this.stage = stage;
            this.name = name;
            this.call = call;
            this.ready = ready;
        }

        private boolean late() {
            return turns > PATIENCE_TURNS;
        }
    }

    /**
     * Adds a kernel.
     *
     * @param stage what needs it
     * @param name for messages
     * @param call runs the vector form on an input that goes through every loop at least twice and through every branch
     * @param ready called on the warm-up's thread when the calls have become fast
     */
    public synchronized Task add(Stage stage, String name, Runnable call, Runnable ready) {
        Task task = new Task(stage, name, call, ready);
        if (closed) {
            return task;
        }
        tasks.add(task);
        noteUrgency(task);
        if (!running) {
            running = true;
            Thread.ofPlatform().daemon().name("cortado-warmup").start(this::run);
        }
        return task;
    }

    /** Makes a kernel more urgent; nothing when it is ready already, or as urgent. */
    public synchronized void hasten(Task task, Stage stage) {
        if (stage.compareTo(task.stage) < 0) {
            task.stage = stage;
            noteUrgency(task);
        }
    }

    private void noteUrgency(Task task) {
        if (task.stage == Stage.IDLE || !tasks.contains(task)) {
            return;
        }
        Wait wait = task.stage == Stage.PROMPT ? prompts : tokens;
        wait.worthwhile = wait.patience > 0;
        urgent = true;
    }

    /**
     * To be called before each product of a prompt. Returns when the kernels of prompts are ready, or when it is not worth
     * to wait any longer: plain loops would take the cores that the compiler needs, and be fifty times slower than what it
     * is compiling. Other kernels rest until the prompt's products have ended.
     */
    public void letPromptGoFirst() {
        waitFor(prompts);
        letLoadingGoFirst();
    }

    /**
     * To be called before each product of few rows. The last row of a prompt does not wait: it is one product, and a first
     * token that is seen early is worth more than a second one.
     */
    public void letTokenGoFirst() {
        long now = System.nanoTime();
        if (promptUntil - now <= 0) {
            waitFor(tokens);
        }
        busyUntil = now + REST_NANOS;
    }

    /** To be called for each part of a matrix that is loaded: kernels that no prompt needs rest, for a prompt waits for the last. */
    public void letLoadingGoFirst() {
        promptUntil = System.nanoTime() + REST_NANOS;
        busyUntil = promptUntil;
    }

    private void waitFor(Wait wait) {
        if (!wait.worthwhile) {
            return;
        }
        synchronized (this) {
            while (wait.worthwhile) {
                long before = System.nanoTime();
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, wait.patience);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                wait.patience -= System.nanoTime() - before;
                wait.worthwhile &= wait.patience > 0;
            }
        }
    }

    private void run() {
        for (List<Task> round = next(); !round.isEmpty(); round = next()) {
            for (Task task : round) {
                if (task.stage != Stage.PROMPT) {
                    rest(task.stage);
                    if (urgent) {
                        break;
                    }
                }
                turn(task);
                if (task.quietTurns >= QUIET_TURNS) {
                    LOG.debug("{} is compiled after {} ms of calls", task.name, task.nanos / 1_000_000);
                    task.ready.run();
                    remove(task);
                } else if (task.nanos > LIMIT_NANOS) {
                    long millis = task.nanos / 1_000_000;
                    LOG.warn(
                            "{} was not compiled after {} ms of calls and stays on plain loops, many times slower; "
                                    + "the JVM options in docs/sdk.md help",
                            task.name,
                            millis);
                    remove(task);
                } else if (task.late()) {
                    LockSupport.parkNanos(LATE_PAUSE_MILLIS * 1_000_000);
                }
            }
        }
    }

    /** The most urgent of the kernels that are still to be called; none when this is closed. */
    private synchronized List<Task> next() {
        urgent = false;
        running = !closed && !tasks.isEmpty();
        List<Predicate<Task>> order = List.of(
                task -> task.stage == Stage.PROMPT && !task.late(),
                task -> task.stage == Stage.TOKEN && !task.late(),
                task -> task.stage != Stage.IDLE); // while idle ones rest, none of the late would have a turn
        for (Predicate<Task> next : order) {
            List<Task> round = tasks.stream().filter(next).toList();
            if (!round.isEmpty()) {
                return round;
            }
        }
        return List.copyOf(tasks);
    }

    private synchronized void remove(Task task) {
        tasks.remove(task);
        endWaiting(prompts);
        endWaiting(tokens);
    }

    private void endWaiting(Wait wait) {
        if (wait.worthwhile && tasks.stream().noneMatch(task -> task.stage == wait.stage)) {
            wait.worthwhile = false;
            notifyAll();
        }
    }

    private void rest(Stage stage) {
        if (stage == Stage.IDLE) {
            while (!closed && !urgent && busyUntil - System.nanoTime() > 0) {
                LockSupport.parkNanos(IDLE_PAUSE_NANOS);
            }
            return;
        }
        long before = System.nanoTime();
        long now = before;
        while (!closed && !urgent && promptUntil - now > 0 && now - before < patienceOfOthers) {
            LockSupport.parkNanos(REST_PAUSE_NANOS);
            now = System.nanoTime();
        }
        patienceOfOthers -= now - before;
    }

    private void turn(Task task) {
        long before = threads.getCurrentThreadAllocatedBytes();
        long began = System.nanoTime();
        long nanos;
        int calls = 0;
        do {
            task.call.run();
            calls++;
            nanos = System.nanoTime() - began;
        } while (nanos < TURN_NANOS);
        task.turns++;
        task.nanos += nanos;
        // a call that takes as long as a turn is not compiled, whatever it allocates
        boolean quiet = threads.getCurrentThreadAllocatedBytes() == before && calls > 10;
        task.quietTurns = quiet ? task.quietTurns + 1 : 0;
    }

    /** Ends the thread after its turn; kernels that are not compiled stay on their plain loops. */
    @Override
    public synchronized void close() {
        closed = true;
        tasks.clear();
        endWaiting(prompts);
        endWaiting(tokens);
    }
}
