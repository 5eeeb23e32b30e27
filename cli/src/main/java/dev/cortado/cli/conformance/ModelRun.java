package dev.cortado.cli.conformance;

import dev.cortado.engine.model.Batch;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.Sequence;
import java.util.function.IntFunction;

/** A sequence of a model that is compared step by step. */
final class ModelRun implements AutoCloseable {
    /** Rows of logits that are held at a time. */
    private static final int ROWS = 64;

    private final Model model;
    private final Sequence sequence;
    private final Batch batch = new Batch();

    /** What happens to the logits after token {@code position}; the array is used again. */
    @FunctionalInterface
    interface Row {
        void compare(int position, float[] logits);
    }

    ModelRun(Model model, int capacity) {
        this.model = model;
        this.sequence = model.newSequence(capacity);
    }

    /** Feeds tokens and gives each row of logits to {@code row}; returns the last one. */
    float[] feed(int[] tokens, Row row) {
        float[] last = {};
        for (int from = 0; from < tokens.length; from += ROWS) {
            int count = Math.min(ROWS, tokens.length - from);
            batch.clear();
            batch.add(sequence, tokens, from, count, Batch.Rows.ALL);
            model.forward(batch);
            for (int i = 0; i < count; i++) {
                last = batch.logits(i);
                row.compare(from + i, last);
            }
        }
        return last;
    }

    /**
     * Decodes greedily after what was fed, along the expected ids, up to the first that was chosen by less than the margin.
     *
     * @param margins lead of the id at an index
     */
    void compareGreedy(float[] last, int[] expected, IntFunction<Double> margins, double margin, Findings findings) {
        float[] logits = last;
        for (int i = 0; i < expected.length && margins.apply(i) >= margin; i++) {
            int found = Logits.argmax(logits);
            findings.count(
                    "greedy mismatches",
                    found == expected[i],
                    "greedy token %d is %d, expected %d",
                    i,
                    found,
                    expected[i]);
            logits = feed(new int[] {expected[i]}, (position, row) -> {});
        }
    }

    @Override
    public void close() {
        sequence.close();
    }
}
