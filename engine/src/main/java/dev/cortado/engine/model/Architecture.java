package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Attention;
import java.util.function.IntFunction;

/**
 * The choices that make a model family, for the sizes of one file. What the tensors themselves tell (biases, fused
 * matrices, experts, a tied output) is no choice; see {@link Assembly}.
 *
 * @param mask decoders see what was before, encoders also what follows
 * @param norms how and where it normalises
 * @param parallel whether both blocks of a layer read the same residual
 * @param mixers what mixes the tokens in each layer
 * @param positions what tells where a token stands
 * @param attention how attention differs from the plain one
 * @param feeding the feed-forward
 * @param scales factors and caps
 */
record Architecture(
        Attention.Mask mask,
        Norms norms,
        boolean parallel,
        IntFunction<MixerKind> mixers,
        Positions positions,
        Attending attention,
        Feeding feeding,
        Scales scales) {
    /** What mixes tokens. */
    enum MixerKind {
        /** Softmax attention over keys and values. */
        ATTENTION,
        /** Attention over a compressed cache (DeepSeek V2). */
        LATENT_ATTENTION,
        /** Mamba's selective scan, a whole layer without feed-forward. */
        SELECTIVE_SCAN,
        /** LFM2's gated short convolution. */
        SHORT_CONVOLUTION
    }

    /** Llama's choices: RMS norms before each block, interleaved RoPE, SwiGLU. */
    static Architecture rms(Hyperparameters h) {
        return decoder(Norms.rms(h), Positions.INTERLEAVED, Feeding.gated(Activation.SILU));
    }

    /** GPT-NeoX's choices: layer norms before each block, half-split RoPE, GELU without a gate. */
    static Architecture layerNorm(Hyperparameters h) {
        return decoder(Norms.layer(h), Positions.HALVES, Feeding.plain(Activation.GELU));
    }

    private static Architecture decoder(Norms norms, Positions positions, Feeding feeding) {
        return new Architecture(
                Attention.Mask.CAUSAL,
                norms,
                false,
                layer -> MixerKind.ATTENTION,
                positions,
                Attending.PLAIN,
                feeding,
                Scales.NONE);
    }

    Architecture encoder() {
        return new Architecture(
                Attention.Mask.SYMMETRIC, norms, parallel, mixers, positions, attention, feeding, scales);
    }

    Architecture with(Norms other) {
        return new Architecture(mask, other, parallel, mixers, positions, attention, feeding, scales);
    }

    Architecture at(Norms.Places places) {
        return with(norms.at(places));
    }

    Architecture parallel(boolean both) {
        return new Architecture(mask, norms, both, mixers, positions, attention, feeding, scales);
    }

    Architecture mixers(IntFunction<MixerKind> kinds) {
        return new Architecture(mask, norms, parallel, kinds, positions, attention, feeding, scales);
    }

    Architecture with(Positions other) {
        return new Architecture(mask, norms, parallel, mixers, other, attention, feeding, scales);
    }

    Architecture with(Attending other) {
        return new Architecture(mask, norms, parallel, mixers, positions, other, feeding, scales);
    }

    Architecture with(Feeding other) {
        return new Architecture(mask, norms, parallel, mixers, positions, attention, other, scales);
    }

    Architecture with(Scales other) {
        return new Architecture(mask, norms, parallel, mixers, positions, attention, feeding, other);
    }
}
