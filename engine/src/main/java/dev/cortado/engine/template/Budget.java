package dev.cortado.engine.template;

/** Counts what a render uses against its limits. */
final class Budget {
    private static final int STEPS_PER_CLOCK_READING = 256;

    private final RenderLimits limits;
    private final long start = System.nanoTime();
    private final long nanos;
    private long steps;
    private long nextReading = STEPS_PER_CLOCK_READING;
    private long data;
    private long output;
    private long reads;
    private int depth;

    Budget(RenderLimits limits) {
        this.limits = limits;
        this.nanos = limits.time().toNanos();
    }

    /** One statement, loop turn, call or element visited. */
    void step() {
        if (++steps >= nextReading) check();
    }

    /** Work that grows with the length of a text. */
    void work(long characters) {
        steps += characters >> 7;
        if (steps >= nextReading) check();
    }

    /** One character read by something that may read it again and again. */
    void read() {
        if ((++reads & 63) == 0) step();
    }

    private void check() {
        nextReading = steps + STEPS_PER_CLOCK_READING;
        if (steps > limits.steps()) throw TemplateException.limit("more than " + limits.steps() + " steps");
        if (System.nanoTime() - start > nanos) throw TemplateException.limit("longer than " + limits.time());
    }

    /** Intermediate data about to be made. */
    void allocate(long characters) {
        data += characters;
        if (data > limits.data() || characters < 0) {
            throw TemplateException.limit("more than " + limits.data() + " characters of intermediate data");
        }
        work(characters);
    }

    /** Output about to be written. */
    void write(int characters) {
        output += characters;
        if (output > limits.output()) {
            throw TemplateException.limit("more than " + limits.output() + " characters of output");
        }
    }

    void enter() {
        if (++depth > limits.depth()) {
            throw new TemplateException("RecursionError", "maximum recursion depth exceeded");
        }
        step();
    }

    void leave() {
        depth--;
    }

    boolean leave(boolean result) {
        depth--;
        return result;
    }
}
