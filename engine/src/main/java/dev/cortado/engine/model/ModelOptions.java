package dev.cortado.engine.model;

import dev.cortado.engine.backend.KvShape;

/**
 * How a model is to be opened.
 *
 * @param contextLength tokens that a sequence is meant to reach, 0 for what the model was trained on; decides between
 *     LongRoPE's two sets of factors, and takes no memory (that is {@link Model#newSequence}'s)
 * @param kvType how sequences keep keys and values
 * @param listener hears how far the loading is
 */
public record ModelOptions(int contextLength, KvShape.Type kvType, LoadListener listener) {
    /** The trained context length, F16 keys and values, nobody listening. */
    public static final ModelOptions DEFAULT = new ModelOptions(0, KvShape.Type.F16, LoadListener.NONE);

    public ModelOptions {
        if (contextLength < 0) {
            throw new IllegalArgumentException("context length " + contextLength + ", expected 0 or more");
        }
    }

    /** The same with another context length. */
    public ModelOptions withContextLength(int tokens) {
        return new ModelOptions(tokens, kvType, listener);
    }

    /** The same with another format of keys and values. */
    public ModelOptions withKvType(KvShape.Type type) {
        return new ModelOptions(contextLength, type, listener);
    }

    /** The same with another listener. */
    public ModelOptions withListener(LoadListener other) {
        return new ModelOptions(contextLength, kvType, other);
    }
}
