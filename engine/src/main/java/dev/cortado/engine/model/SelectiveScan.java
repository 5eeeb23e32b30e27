package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Rope;
import org.jspecify.annotations.Nullable;

/**
 * Mamba's block (Gu and Dao 2023, figure 3): x and its gate z, a short convolution, the selective scan, and the projection
 * of scan * silu(z).
 *
 * @param in projections to x and z, [inner] each
 * @param convolution [inner x width]
 * @param convolutionBias [inner]
 * @param width tokens that the convolution sees
 * @param selection projections of x to the time step's rank, B and C
 * @param norm norm of those three without weights (FalconMamba), or null
 * @param step projection of the rank to the time steps [inner]
 * @param a [inner x states], negative
 * @param d [inner]
 * @param out projection to the residual
 * @param states per channel
 * @param slot layer of the cache
 */
record SelectiveScan(
        Linear[] in,
        Parameter convolution,
        @Nullable Parameter convolutionBias,
        int width,
        Linear[] selection,
        @Nullable Norm norm,
        Linear[] step,
        Parameter a,
        Parameter d,
        Linear[] out,
        int states,
        int slot)
        implements Mixer {
    @Override
    public Activations apply(Pass pass, Activations input) {
        Backend backend = pass.backend();
        Workspace workspace = pass.workspace();
        Activations x = workspace.get(Buffer.QUERY, inner());
        Activations z = workspace.get(Buffer.GATE, inner());
        backend.matmul(input, in, workspace.outputs(x, z));
        Activations convolved = workspace.get(Buffer.UP, inner());
        backend.convolve(x, convolution, convolutionBias, width, convolved, pass.segments(), slot, 0);
        backend.activate(Activation.SILU, convolved, null, convolved);
        Activations rank = workspace.get(Buffer.COMPRESSED, step[0].weight().columns());
        Activations b = workspace.get(Buffer.KEY, states);
        Activations c = workspace.get(Buffer.VALUE, states);
        backend.matmul(convolved, selection, workspace.outputs(rank, b, c));
        pass.normalise(rank, norm);
        pass.normalise(b, norm);
        pass.normalise(c, norm);
        Activations dt = pass.product(rank, step, Buffer.ABSORBED);
        Activations scanned = workspace.get(Buffer.ATTENDED, inner());
        backend.selectiveScan(convolved, dt, a, b, c, d, scanned, pass.segments(), slot, inner() * (width - 1));
        backend.activate(Activation.SILU, z, scanned, scanned);
        return pass.product(scanned, out, Buffer.MIXED);
    }

    private int inner() {
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
        return inner() * (width - 1) + inner() * states;
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
