package dev.cortado.engine.backend;

/**
 * What one cache holds per layer.
 *
 * @param keyWidths floats of key per token, per layer (kvHeads x keyWidth; 0 in a recurrent layer)
 * @param valueWidths floats of value per token, per layer (0 where values are the head of the key, as in MLA)
 * @param stateSizes floats of recurrent state, per layer, whatever the number of tokens (0 in an attention layer)
 * @param type how keys and values are stored; state is always float32
 */
public record KvShape(int[] keyWidths, int[] valueWidths, int[] stateSizes, Type type) {
    /** Number format of keys and values. */
    public enum Type {
        F16,
        F32,
        Q8_0
    }

    /** Number of layers. */
    public int layers() {
        return keyWidths.length;
    }
}
