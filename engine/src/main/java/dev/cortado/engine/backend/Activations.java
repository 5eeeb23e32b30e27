package dev.cortado.engine.backend;

/**
 * Float32 rows in a backend's memory: [rows x columns], one row a token. The number of rows in use changes from batch
 * to batch within the capacity it was made with; views by {@link #columns(int, int)} share memory with their origin.
 * Confined to one thread at a time.
 */
public interface Activations extends AutoCloseable {
    /** Rows in use. */
    int rows();

    /** Columns. */
    int columns();

    /** Rows that fit. */
    int capacity();

    /**
     * Sets the number of rows in use; old content stays. Views made earlier follow.
     *
     * @throws IllegalArgumentException if more than {@link #capacity()}
     */
    void rows(int rows);

    /** A view of columns {@code from} to {@code from + count} of every row. */
    Activations columns(int from, int count);

    /** Copies row {@code row} to {@code target} from index {@code at}; waits for what computes it. */
    void read(int row, float[] target, int at);

    /** Copies one row's floats from {@code source}, beginning at index {@code at}, into row {@code row}. */
    void write(int row, float[] source, int at);

    /** Gives the memory back; a view's close does nothing. */
    @Override
    void close();
}
