package dev.cortado.gguf.mixture;

import dev.cortado.gguf.Metadata;

/**
 * What the choice of types depends on beside the tensors themselves.
 *
 * @param architecture {@code general.architecture}
 * @param layers number of blocks
 * @param queriesPerKey query heads that share a key head in the first layer
 * @param experts of each feed-forward network, 0 where there is one network for all
 */
record ModelShape(String architecture, int layers, int queriesPerKey, int experts) {
    static ModelShape of(Metadata metadata) {
        String architecture = metadata.string("general.architecture").orElse("");
        int heads = first(metadata, architecture + ".attention.head_count", 0);
        int keyHeads = first(metadata, architecture + ".attention.head_count_kv", heads);
        return new ModelShape(
                architecture,
                metadata.integer(architecture + ".block_count", 0),
                keyHeads == 0 ? 0 : heads / keyHeads,
                metadata.integer(architecture + ".expert_count", 0));
    }

    /** A number for all layers, or an array of which the first element counts. */
    private static int first(Metadata metadata, String key, int otherwise) {
        if (metadata.value(key).orElse(0L) instanceof long[]) {
            int[] perLayer = metadata.integers(key).orElseThrow();
            return perLayer.length == 0 ? otherwise : perLayer[0];
        }
        return metadata.integer(key, otherwise);
    }

    boolean isFalcon() {
        return architecture.equals("falcon");
    }

    /** A model of about 70 billion weights, in which eight heads share each attention value. */
    boolean has70Billion() {
        return switch (architecture) {
            case "llama" -> layers == 80 && queriesPerKey != 1;
            case "qwen2", "deci", "olmo" -> layers == 80;
            case "jais2" -> layers == 68;
            default -> false;
        };
    }
}
