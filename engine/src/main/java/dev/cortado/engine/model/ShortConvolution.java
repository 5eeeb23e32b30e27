package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Rope;
import org.jspecify.annotations.Nullable;

/**
 * LFM2's gated short convolution: with B, C and x projected from the input, the output is the projection of C *
 * convolution(B * x), all products element by element.
 *
 * @param in projections to B, C and x
 * @param convolution [columns x width]
 * @param width tokens that the convolution sees
 * @param out projection to the residual
 * @param slot layer of the cache
 */
record ShortConvolution(Linear[] in, Parameter convolution, int width, Linear[] out, int slot) implements Mixer {
    @Override
    public Activations apply(Pass pass, Activations input) {
        Backend backend = pass.backend();
        Workspace workspace = pass.workspace();
        Activations b = workspace.get(Buffer.KEY, columns());
        Activations c = workspace.get(Buffer.QUERY, columns());
        Activations x = workspace.get(Buffer.VALUE, columns());
        backend.matmul(input, in, workspace.outputs(b, c, x));
        backend.multiply(x, b);
        Activations convolved = workspace.get(Buffer.ATTENDED, columns());
        backend.convolve(x, convolution, null, width, convolved, pass.segments(), slot, 0);
        backend.multiply(convolved, c);
        return pass.product(convolved, out, Buffer.MIXED);
    }

    private int columns() {
        return in[0].weight().rows();
    }

    @Override
    public int cachedKeyWidth() {
        return 0;
    }

    @Override
    public int cachedValueWidth() {
        return 0;
    }

    @Override
    public int stateSize() {
        return columns() * (width - 1);
    }

    @Override
    public @Nullable Rope rope() {
        return null;
    }

    @Override
    public int headWidth() {
        return 0;
    }
}
