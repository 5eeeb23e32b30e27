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
        /** Blocks of 32 consecutive floats of a token's keys or values, as the tensor type of that name. */
        Q8_0;

        /** Bytes of {@code width} floats. */
        public long bytes(long width) {
            return switch (this) {
                case F16 -> 2 * width;
                case F32 -> 4 * width;
                case Q8_0 -> width / 32 * 34;
            };
        }
    }

    /** @throws IllegalArgumentException if the arrays differ in length or a width does not suit the type */
    public KvShape {
        if (keyWidths.length != valueWidths.length || keyWidths.length != stateSizes.length) {
            throw new IllegalArgumentException("%d key widths, %d value widths and %d state sizes, expected one a layer"
                    .formatted(keyWidths.length, valueWidths.length, stateSizes.length));
        }
        for (int layer = 0; layer < keyWidths.length; layer++) {
            requireWidth("key width", layer, keyWidths[layer], type);
            requireWidth("value width", layer, valueWidths[layer], type);
            if (stateSizes[layer] < 0) {
                throw new IllegalArgumentException("layer %d: state size %d".formatted(layer, stateSizes[layer]));
            }
        }
    }

    private static void requireWidth(String what, int layer, int width, Type type) {
        if (width < 0 || (type == Type.Q8_0 && width % 32 != 0)) {
            throw new IllegalArgumentException("layer %d: %s %d, type %s expects a multiple of %d"
                    .formatted(layer, what, width, type, type == Type.Q8_0 ? 32 : 1));
        }
    }

    /** Number of layers. */
    public int layers() {
        return keyWidths.length;
    }

    /** Bytes that {@link KvCache#save} writes for {@code tokens} tokens of a layer. */
    public long bytes(int layer, int tokens) {
        return tokens * (type.bytes(keyWidths[layer]) + type.bytes(valueWidths[layer])) + 4L * stateSizes[layer];
    }
}
