package dev.cortado.engine.model;

import java.util.Arrays;

/**
 * New tokens of one or more sequences that go through a model in one forward pass, and the logits that come back. All
 * segments share each matrix product, so a batch of many sequences costs little more than one. Made once and used again:
 * {@link #clear}, {@link #add}, {@link Model#forward}, {@link #logits}. Confined to one thread at a time.
 */
public final class Batch {
    /** Which tokens of a segment are to have logits. */
    public enum Rows {
        /** None: the tokens only enter the cache. */
        NONE,
        /** The last token. */
        LAST,
        /** Every token. */
        ALL
    }

    private Sequence[] sequences = new Sequence[1];
    private int[] ends = new int[1];
    private Rows[] wanted = new Rows[1];
    private int segments;
    private int[] tokens = new int[1];
    private float[][] logits = new float[1][];
    private int rows;

    /** An empty batch. */
    public Batch() {}

    /** Forgets tokens and results. */
    public void clear() {
        Arrays.fill(sequences, 0, segments, null);
        segments = 0;
        rows = 0;
    }

    /**
     * Adds a segment: tokens that continue a sequence. The ids are copied.
     *
     * @param sequence what they continue; at most one segment each
     * @param ids holds the token ids
     * @param from index of the first
     * @param count how many, at least 1
     * @param which tokens are to have logits
     * @throws IllegalArgumentException if the sequence is in the batch already or has no room for so many
     */
    public void add(Sequence sequence, int[] ids, int from, int count, Rows which) {
        if (from < 0 || count < 1 || count > ids.length - from) {
            throw new IllegalArgumentException(
                    "tokens %d to %d of %d cannot make a segment".formatted(from, (long) from + count, ids.length));
        }
        sequence.requireRoom(count);
        for (int i = 0; i < segments; i++) {
            if (sequences[i] == sequence) {
                throw new IllegalArgumentException("the sequence has a segment in this batch already");
            }
        }
        int start = size();
        if (segments == sequences.length) {
            sequences = Arrays.copyOf(sequences, 2 * segments);
            ends = Arrays.copyOf(ends, 2 * segments);
            wanted = Arrays.copyOf(wanted, 2 * segments);
        }
        if (start + count > tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(2 * start, start + count));
        }
        System.arraycopy(ids, from, tokens, start, count);
        sequences[segments] = sequence;
        ends[segments] = start + count;
        wanted[segments] = which;
        segments++;
    }

    /** Number of tokens. */
    public int size() {
        return segments == 0 ? 0 : ends[segments - 1];
    }

    /** After a forward pass: number of tokens that wanted logits. */
    public int rows() {
        return rows;
    }

    /**
     * Logits [vocabulary] of a row, in the order in which its token was added. The array belongs to the batch and holds
     * them until the next forward pass; it may be written to.
     */
    public float[] logits(int row) {
        if (row < 0 || row >= rows) {
            throw new IndexOutOfBoundsException("row %d of %d".formatted(row, rows));
        }
        return logits[row];
    }

    /**
     * Fills a pass with the tokens from {@code from} on, as many as fit into {@code limit} rows.
     *
     * @param devices of the model
     * @return index after the last token that it took
     */
    int fill(Pass pass, int devices, int from, int limit) {
        int index = from;
        for (int segment = segmentOf(from); segment < segments && pass.rows() < limit; segment++) {
            Sequence sequence = sequences[segment];
            int count = Math.min(ends[segment] - index, limit - pass.rows());
            for (int device = 0; device < devices; device++) {
                pass.addSegment(device, sequence.cache(device), 0, sequence.length(), count);
            }
            for (int i = 0; i < count; i++, index++) {
                pass.addRow(tokens[index], sequence.length() + i, wants(segment, index));
            }
        }
        return index;
    }

    /** Tells the sequences that their tokens from {@code from} up to {@code to} are in their caches. */
    void append(int from, int to) {
        int segment = segmentOf(from);
        for (int index = from; index < to; index++) {
            if (index == ends[segment]) {
                segment++;
            }
            sequences[segment].append(tokens[index]);
        }
    }

    private int segmentOf(int index) {
        int segment = 0;
        while (segment < segments && ends[segment] <= index) {
            segment++;
        }
        return segment;
    }

    private boolean wants(int segment, int index) {
        return switch (wanted[segment]) {
            case NONE -> false;
            case LAST -> index == ends[segment] - 1;
            case ALL -> true;
        };
    }

    /** Refuses what the model cannot compute: foreign sequences, unknown tokens, too many positions. */
    void require(Model model) {
        for (int segment = 0; segment < segments; segment++) {
            Sequence sequence = sequences[segment];
            if (sequence.model() != model) {
                throw new IllegalArgumentException("a sequence of the batch belongs to another model");
            }
            int count = ends[segment] - (segment == 0 ? 0 : ends[segment - 1]);
            sequence.requireRoom(count);
            model.requirePosition(sequence.length() + count);
        }
        for (int i = 0; i < size(); i++) {
            model.requireToken(tokens[i]);
        }
    }

    /** Room for another row of results. */
    float[] newRow(int vocabulary) {
        if (rows == logits.length) {
            logits = Arrays.copyOf(logits, 2 * rows);
        }
        if (logits[rows] == null || logits[rows].length != vocabulary) {
            logits[rows] = new float[vocabulary];
        }
        return logits[rows++];
    }

    void forgetResults() {
        rows = 0;
    }
}
