package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Rope;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention, also with fewer key/value heads than query heads (Vaswani et al. 2017, Ainslie et al. 2023).
 *
 * @param qkv query, key and value projections
 * @param output projection of the heads' results
 * @param queryNorm norm of queries, or null
 * @param keyNorm norm of keys, or null
 * @param normAfterRope whether these norms follow the rotation
 * @param clamp limit of queries, keys and values, 0 for none
 * @param rope rotation, or null
 * @param attention what is computed with them
 * @param slot layer of the cache
 */
record SelfAttention(
        Linear[] qkv,
        Linear[] output,
        @Nullable Norm queryNorm,
        @Nullable Norm keyNorm,
        boolean normAfterRope,
        float clamp,
        @Nullable Rope rope,
        Attention attention,
        int slot)
        implements Mixer {
    @Override
    public Activations apply(Pass pass, Activations x) {
        Backend backend = pass.backend();
        Workspace workspace = pass.workspace();
        Activations q = workspace.get(Buffer.QUERY, attention.heads() * attention.keyWidth());
        Activations k = workspace.get(Buffer.KEY, cachedKeyWidth());
        Activations v = workspace.get(Buffer.VALUE, cachedValueWidth());
        backend.matmul(x, qkv, workspace.outputs(q, k, v));
        if (clamp > 0) {
            backend.clamp(q, clamp);
            backend.clamp(k, clamp);
            backend.clamp(v, clamp);
        }
        if (!normAfterRope) {
            normaliseHeads(pass, q, k);
        }
        if (rope != null) {
            backend.rope(q, attention.keyWidth(), rope, pass.segments());
            backend.rope(k, attention.keyWidth(), rope, pass.segments());
        }
        if (normAfterRope) {
            normaliseHeads(pass, q, k);
        }
        backend.store(k, v, pass.segments(), slot);
        Activations attended = workspace.get(Buffer.ATTENDED, attention.heads() * attention.valueWidth());
        backend.attend(q, attended, pass.segments(), slot, attention);
        return pass.product(attended, output, Buffer.MIXED);
    }

    private void normaliseHeads(Pass pass, Activations q, Activations k) {
        pass.normalise(q, queryNorm);
        pass.normalise(k, keyNorm);
    }

    @Override
    public int cachedKeyWidth() {
        return attention.kvHeads() * attention.keyWidth();
    }

    @Override
    public int cachedValueWidth() {
        return attention.kvHeads() * attention.valueWidth();
    }

    @Override
    public int stateSize() {
        return 0;
    }

    @Override
    public int headWidth() {
        return attention.keyWidth();
    }
}
