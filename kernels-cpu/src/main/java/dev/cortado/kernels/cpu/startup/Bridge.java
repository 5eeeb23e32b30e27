package dev.cortado.kernels.cpu.startup;

/**
 * A kernel in two forms that compute the same bits: plain loops, quick from the first call, and vectors, which C2 has
 * to compile before they are. {@link #get()} is the first until {@link #cross()} was called.
 *
 * @param <K> the kernel's type
 */
public final class Bridge<K> {
    private volatile K current;
    private final K vector;
    private Runnable onMiss = () -> {};
    private boolean missed;

    /** Begins with {@code scalar}. */
    public Bridge(K scalar, K vector) {
        current = scalar;
        this.vector = vector;
    }

    /** What to do once, the first time that the plain loops are asked for. */
    public void onMiss(Runnable action) {
        onMiss = action;
    }

    /** The form to call now. */
    public K get() {
        K form = current;
        if (form != vector && !missed) { // threads that race here ask twice
            missed = true;
            onMiss.run();
        }
        return form;
    }

    /** The form to be warmed up. */
    public K vector() {
        return vector;
    }

    /** Whether nothing faster is to come. */
    public boolean crossed() {
        return current == vector;
    }

    /** From now on the vector form. */
    public void cross() {
        current = vector;
    }
}
