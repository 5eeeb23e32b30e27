package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;

/**
 * down(f(gate x) * up x), or down(f(up x)) without a gate (Shazeer 2020).
 *
 * @param in gate and up, or up alone
 * @param activation f
 * @param down projection back to the residual
 */
record DenseFeedForward(Linear[] in, Activation activation, Linear[] down) implements FeedForward {
    @Override
    public Activations apply(Pass pass, Activations x) {
        return apply(pass, x, Buffer.FED);
    }

    Activations apply(Pass pass, Activations x, Buffer into) {
        Backend backend = pass.backend();
        Workspace workspace = pass.workspace();
        Activations first = workspace.get(Buffer.GATE, in[0].weight().rows());
        if (in.length == 2) {
            Activations up = workspace.get(Buffer.UP, in[1].weight().rows());
            backend.matmul(x, in, workspace.outputs(first, up));
            backend.activate(activation, first, up, first);
        } else {
            backend.matmul(x, in, workspace.outputs(first));
            backend.activate(activation, first, null, first);
        }
        return pass.product(first, down, into);
    }
}
