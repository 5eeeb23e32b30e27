package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Rope;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head latent attention (DeepSeek-AI 2024, section 2.1): keys and values of all heads are projections of one short
 * latent vector per token, beside one rotated key that the heads share. Either the latent vector is cached and the
 * projections are absorbed into query and output, so that attention has a single wide key head; or, in files of the
 * older layout, keys and values are projected and cached in full.
 *
 * @param compressQuery projection to the compressed query, or null where queries are projected at once
 * @param queryNorm norm of the compressed query, or null
 * @param query projection to the heads' queries [heads x (plain + rotated)]
 * @param compress projections to the latent vector and the shared rotated key
 * @param latentNorm norm of the latent vector
 * @param expansion how queries meet the latent vector
 * @param output projection of the heads' results
 * @param rope rotation of the last columns of query and key heads
 * @param sharedRope the same for the shared key alone
 * @param plain columns of a head that are not rotated
 * @param attention what is computed
 * @param slot layer of the cache
 */
record LatentAttention(
        Linear @Nullable [] compressQuery,
        @Nullable Norm queryNorm,
        Linear[] query,
        Linear[] compress,
        Norm latentNorm,
        Expansion expansion,
        Linear[] output,
        Rope rope,
        Rope sharedRope,
        int plain,
        Attention attention,
        int slot)
        implements Mixer {
    /** How queries meet the latent vector. */
    sealed interface Expansion {}

    /**
     * The latent vector is the key and the value.
     *
     * @param keys per head the transposed key projection [latent x plain]
     * @param values per head the value projection [valueWidth x latent]
     */
    record Absorbed(Linear[][] keys, Matrix[] values) implements Expansion {}

    /** @param keysAndValues the key projection of each head, then the value projection of each head */
    record Expanded(Linear[] keysAndValues) implements Expansion {}

    @Override
    public Activations apply(Pass pass, Activations x) {
        Backend backend = pass.backend();
        Workspace workspace = pass.workspace();
        Activations compressed = x;
        if (compressQuery != null) {
            compressed = pass.product(x, compressQuery, Buffer.COMPRESSED);
            pass.normalise(compressed, queryNorm);
        }
        Activations q = pass.product(compressed, query, Buffer.QUERY);
        backend.rope(q, queryWidth(), rope, pass.segments());
        int latentAndShared = latent() + shared();
        Activations latentVector = workspace.part(Buffer.KEY, latentAndShared, 0, latent());
        Activations sharedKey = workspace.part(Buffer.KEY, latentAndShared, latent(), shared());
        backend.matmul(x, compress, workspace.outputs(latentVector, sharedKey));
        backend.norm(latentVector, latentNorm, latentVector);
        backend.rope(sharedKey, shared(), sharedRope, pass.segments());
        Activations attended =
                switch (expansion) {
                    case Absorbed absorbed -> attendAbsorbed(pass, q, absorbed);
                    case Expanded expanded -> attendExpanded(pass, q, latentVector, sharedKey, expanded);
                };
        return pass.product(attended, output, Buffer.MIXED);
    }

    private Activations attendAbsorbed(Pass pass, Activations q, Absorbed absorbed) {
        Backend backend = pass.backend();
        Workspace workspace = pass.workspace();
        int width = latent() + shared();
        int all = attention.heads() * width;
        workspace.get(Buffer.ABSORBED, all).rows(pass.rows());
        for (int head = 0; head < attention.heads(); head++) {
            int at = head * queryWidth();
            Activations plainPart = workspace.part(Buffer.QUERY, q.columns(), at, plain);
            Activations rotatedPart = workspace.part(Buffer.QUERY, q.columns(), at + plain, shared());
            Activations inLatent = workspace.part(Buffer.ABSORBED, all, head * width, latent());
            backend.matmul(plainPart, absorbed.keys()[head], workspace.outputs(inLatent));
            backend.copy(rotatedPart, workspace.part(Buffer.ABSORBED, all, head * width + latent(), shared()));
        }
        backend.store(workspace.get(Buffer.KEY, width), null, pass.segments(), slot);
        Activations inLatent = workspace.get(Buffer.VALUE, attention.heads() * latent());
        backend.attend(workspace.get(Buffer.ABSORBED, all), inLatent, pass.segments(), slot, attention);
        Activations attended =
                workspace.get(Buffer.ATTENDED, attention.heads() * absorbed.values()[0].rows());
        backend.matmulPerHead(inLatent, absorbed.values(), attended);
        return attended;
    }

    private Activations attendExpanded(
            Pass pass, Activations q, Activations latentVector, Activations sharedKey, Expanded expanded) {
        Backend backend = pass.backend();
        Workspace workspace = pass.workspace();
        int heads = attention.heads();
        Activations k = workspace.get(Buffer.ABSORBED, cachedKeyWidth());
        Activations v = workspace.get(Buffer.VALUE, cachedValueWidth());
        k.rows(pass.rows());
        Activations[] outputs = new Activations[2 * heads];
        for (int head = 0; head < heads; head++) {
            int key = head * queryWidth();
            outputs[head] = workspace.part(Buffer.ABSORBED, k.columns(), key, plain);
            outputs[heads + head] = workspace.part(
                    Buffer.VALUE, v.columns(), head * attention.valueWidth(), attention.valueWidth());
            backend.copy(sharedKey, workspace.part(Buffer.ABSORBED, k.columns(), key + plain, shared()));
        }
        backend.matmul(latentVector, expanded.keysAndValues(), outputs);
        backend.store(k, v, pass.segments(), slot);
        Activations attended = workspace.get(Buffer.ATTENDED, heads * attention.valueWidth());
        backend.attend(q, attended, pass.segments(), slot, attention);
        return attended;
    }

    private int latent() {
        return compress[0].weight().rows();
    }

    private int shared() {
        return compress[1].weight().rows();
    }

    private int queryWidth() {
        return plain + shared();
    }

    @Override
    public int cachedKeyWidth() {
        return attention.kvHeads() * attention.keyWidth();
    }

    @Override
    public int cachedValueWidth() {
        return expansion instanceof Absorbed ? 0 : attention.kvHeads() * attention.valueWidth();
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
