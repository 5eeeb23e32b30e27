package dev.cortado.kernels.cpu.weights;

/** Turns rows of weights into a panel. */
@FunctionalInterface
public interface Transpose {
    /**
     * {@code panel[at + c * ROWS + r] = lines[r * depth + c]} for r below {@link Panel#ROWS} and c below {@code depth}.
     *
     * @param room 256 floats to work in
     */
    void apply(float[] lines, int depth, float[] panel, int at, float[] room);

    /** The same in plain loops, from column {@code from}. */
    static void plain(float[] lines, int depth, int from, float[] panel, int at) {
        for (int r = 0; r < Panel.ROWS; r++) {
            for (int c = from, target = at + from * Panel.ROWS + r; c < depth; c++, target += Panel.ROWS) {
                panel[target] = lines[r * depth + c];
            }
        }
    }
}
