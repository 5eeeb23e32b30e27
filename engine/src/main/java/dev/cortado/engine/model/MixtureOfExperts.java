package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Linear;
import org.jspecify.annotations.Nullable;

/**
 * A few of many small feed-forwards, chosen for each token (Shazeer et al. 2017), beside one that every token passes
 * (Dai et al. 2024).
 *
 * @param router projection to a logit for each expert
 * @param experts the experts and the rule of choice
 * @param shared the one that every token passes, or null
 * @param sharedGate projection to a logit whose sigmoid weighs the shared one, or null
 */
record MixtureOfExperts(
        Linear[] router, Experts experts, @Nullable DenseFeedForward shared, Linear @Nullable [] sharedGate)
        implements FeedForward {
    @Override
    public Activations apply(Pass pass, Activations x) {
        Backend backend = pass.backend();
        Activations logits = pass.product(x, router, Buffer.ROUTER);
        Activations out = pass.workspace().get(Buffer.FED, x.columns());
        backend.experts(x, logits, experts, out);
        if (shared != null) {
            Activations common = shared.apply(pass, x, Buffer.SHARED);
            if (sharedGate != null) {
                Activations weight = pass.product(x, sharedGate, Buffer.SHARED_GATE);
                backend.sigmoid(weight);
                backend.multiply(common, weight);
            }
            backend.add(out, common, 1);
        }
        return out;
    }
}
