package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * The residual's beginning: each token's vector, with what is added to it.
 *
 * @param tokens vector of each token
 * @param scale its factor
 * @param tokenType vector of the first token type, which all tokens are of (BERT), or null
 * @param positions vector of each position, or null
 * @param norm of the sum, or null
 */
record InputEmbedding(
        Matrix tokens,
        float scale,
        @Nullable Parameter tokenType,
        @Nullable Matrix positions,
        @Nullable Norm norm) {
    Activations apply(Pass pass) {
        Backend backend = pass.backend();
        Activations x = pass.workspace().get(Buffer.RESIDUAL, tokens.columns());
        backend.embed(tokens, pass.tokens(), pass.rows(), x);
        if (scale != 1) {
            backend.scale(x, scale);
        }
        if (tokenType != null) {
            backend.addParameter(x, tokenType);
        }
        if (positions != null) {
            Activations learned = pass.workspace().get(Buffer.NORMED, tokens.columns());
            backend.embed(positions, pass.positions(), pass.rows(), learned);
            backend.add(x, learned, 1);
        }
        pass.normalise(x, norm);
        return x;
    }
}
