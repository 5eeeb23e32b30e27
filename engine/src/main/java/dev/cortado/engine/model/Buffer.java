package dev.cortado.engine.model;

/** What the buffers of a {@link Workspace} hold; a block may use those of another block again when that is done. */
enum Buffer {
    /** x: what flows from layer to layer. */
    RESIDUAL,
    /** x of the layer's beginning, where a second sum needs it again. */
    SAVED,
    /** The normalised residual, a block's input. */
    NORMED,
    QUERY,
    KEY,
    VALUE,
    /** What attention, convolution or scan gives, before its output projection. */
    ATTENDED,
    /** DeepSeek's compressed queries, or Mamba's time steps before their projection. */
    COMPRESSED,
    /** DeepSeek's queries against the compressed cache. */
    ABSORBED,
    /** The result of a layer's mixer. */
    MIXED,
    GATE,
    UP,
    ROUTER,
    SHARED,
    SHARED_GATE,
    /** The result of a layer's feed-forward. */
    FED,
    /** Rows that are wanted. */
    PICKED,
    LOGITS
}
