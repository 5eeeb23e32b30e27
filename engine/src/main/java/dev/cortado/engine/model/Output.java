package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Norm;
import java.util.Arrays;

/**
 * From the last layer's residual to logits.
 *
 * @param norm the last norm
 * @param head projection to a logit for each token of the vocabulary
 * @param scale factor of the logits
 * @param cap cap of the logits, 0 for none
 */
record Output(Norm norm, Linear[] head, float scale, float cap) {
    /** Rows that are projected at a time: enough to share each weight, few enough that logits of a large vocabulary fit. */
    private static final int ROWS = 32;

    /** Computes the logits of the rows that are wanted, and nothing of the others. */
    void logits(Pass pass, Activations x, Batch batch) {
        Backend backend = pass.backend();
        int vocabulary = head[0].weight().rows();
        Activations picked = pass.workspace().get(Buffer.PICKED, x.columns(), ROWS);
        Activations logits = pass.workspace().get(Buffer.LOGITS, vocabulary, ROWS);
        for (int from = 0; from < pass.wantedRows(); from += ROWS) {
            int count = Math.min(ROWS, pass.wantedRows() - from);
            int[] rows = from == 0 ? pass.wanted() : Arrays.copyOfRange(pass.wanted(), from, from + count);
            backend.gather(x, rows, count, picked);
            backend.norm(picked, norm, picked);
            backend.matmul(picked, head, pass.workspace().outputs(logits));
            if (scale != 1) {
                backend.scale(logits, scale);
            }
            if (cap > 0) {
                backend.softCap(logits, cap);
            }
            for (int row = 0; row < count; row++) {
                logits.read(row, batch.newRow(vocabulary), 0);
            }
        }
    }
}
