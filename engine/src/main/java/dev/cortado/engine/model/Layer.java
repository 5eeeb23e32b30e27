package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Norm;
import org.jspecify.annotations.Nullable;

/**
 * A layer: a mixer and a feed-forward, with norms where {@link Norms.Places} says.
 *
 * @param device index of the device that computes it
 * @param parallel whether both blocks read the same residual
 * @param secondMixerSumNorm norm of a second sum with the layer's input (Jina code), or null
 * @param feedForward null in a layer that has none (Mamba)
 */
record Layer(
        int device,
        boolean parallel,
        @Nullable Norm beforeMixer,
        Mixer mixer,
        @Nullable Norm afterMixer,
        @Nullable Norm mixerSumNorm,
        @Nullable Norm secondMixerSumNorm,
        @Nullable Norm beforeFeedForward,
        @Nullable FeedForward feedForward,
        @Nullable Norm afterFeedForward,
        @Nullable Norm feedForwardSumNorm) {
    /** What the mixer adds to x. */
    Activations mix(Pass pass, Activations x) {
        Activations mixed = mixer.apply(pass, pass.normed(x, beforeMixer, Buffer.NORMED));
        pass.normalise(mixed, afterMixer);
        return mixed;
    }

    /** What the feed-forward adds to x; must have one. */
    Activations feed(Pass pass, FeedForward block, Activations x) {
        Activations fed = block.apply(pass, pass.normed(x, beforeFeedForward, Buffer.NORMED));
        pass.normalise(fed, afterFeedForward);
        return fed;
    }
}
