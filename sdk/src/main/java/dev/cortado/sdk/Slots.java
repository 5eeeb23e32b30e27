package dev.cortado.sdk;

import dev.cortado.engine.model.Batch;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.Sequence;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The key/value caches of one model instance. A generation owns none of them: for each token it asks with its whole
 * context, and the free cache that shares the longest beginning serves. So an abandoned generation holds nothing, several
 * may run at once, and a chat finds its history still computed. More caches are made only while others are busy.
 */
final class Slots implements AutoCloseable {
    private static final class Slot {
        final Model model;
        final Sequence sequence;
        final Batch batch = new Batch();
        boolean busy;
        long used;

        Slot(Model model, int contextLength) {
            this.model = model;
            this.sequence = model.newSequence(contextLength);
        }
    }

    private final PlacedModel placed;
    private final int contextLength;
    private final int most;
    private final List<Slot> slots = new ArrayList<>();
    private volatile boolean rewinds = false; // known once there is a cache
    private long clock = 0;
    private boolean closed = false;

    /**
     * @param contextLength tokens per cache
     * @param most caches at most
     */
    Slots(PlacedModel placed, int contextLength, int most) {
        this.placed = placed;
        this.contextLength = contextLength;
        this.most = most;
    }

    /** Tokens that can be guessed after a context of this size: none where a wrong guess could not be taken back. */
    int room(int size) {
        return rewinds ? Math.max(0, contextLength - size) : 0;
    }

    /** Logits per row. */
    int vocabularySize() {
        return placed.model().vocabularySize();
    }

    /**
     * Logits after the last token of {@code context}, and after each token of a guess at what follows. A context that
     * outgrew the cache is shifted first: a BOS stays, three quarters of the rest go, from {@code context} as well.
     *
     * @param guess tokens that may follow, at most {@link #room}
     * @param logits receives 1 + guess.length rows
     * @return tokens of the context that were still in the cache
     */
    int logits(Tokens context, int[] guess, float[][] logits) {
        return placed.compute(model -> logits(model, context, guess, logits));
    }

    private int logits(Model model, Tokens context, int[] guess, float[][] logits) {
        Slot slot = lease(model, context);
        try {
            Sequence sequence = slot.sequence;
            int reuse = Math.min(sequence.commonPrefix(context.array()), context.size() - 1);
            if (reuse < sequence.length()) {
                reuse = truncate(sequence, reuse);
            }
            if (context.size() > contextLength) {
                reuse = shift(slot, context);
            }
            if (guess.length == 0) {
                forward(slot, context.array(), reuse, context.size(), Batch.Rows.LAST);
            } else {
                forward(slot, context.array(), reuse, context.size() - 1, Batch.Rows.NONE);
                int[] checked = new int[1 + guess.length];
                checked[0] = context.get(context.size() - 1);
                System.arraycopy(guess, 0, checked, 1, guess.length);
                forward(slot, checked, 0, checked.length, Batch.Rows.ALL);
            }
            for (int row = 0; row <= guess.length; row++) {
                System.arraycopy(slot.batch.logits(row), 0, logits[row], 0, logits[row].length);
            }
            return reuse;
        } finally {
            release(slot);
        }
    }

    /** Writes the cache that shares the longest beginning with a context. */
    void save(Tokens context, OutputStream target) throws IOException {
        Slot slot = placed.compute(model -> lease(model, context));
        try {
            slot.sequence.save(target);
        } finally {
            release(slot);
        }
    }

    /** Fills a cache with what {@link #save} wrote. */
    void restore(InputStream source) throws IOException {
        Slot slot = placed.compute(model -> lease(model, new Tokens(new int[0])));
        try {
            slot.sequence.truncate(0);
            slot.sequence.restore(source);
        } finally {
            release(slot);
        }
    }

    private void forward(Slot slot, int[] tokens, int from, int to, Batch.Rows wanted) {
        if (to > from) {
            slot.batch.clear();
            slot.batch.add(slot.sequence, tokens, from, to - from, wanted);
            slot.model.forward(slot.batch);
        }
    }

    private static int truncate(Sequence sequence, int length) {
        int possible = sequence.rewinds() ? length : 0;
        sequence.truncate(possible);
        return possible;
    }

    private int shift(Slot slot, Tokens context) {
        Sequence sequence = slot.sequence;
        int keep = slot.model.tokenizer().vocabulary().addsBos() ? 1 : 0;
        int discard = Math.max(1, Math.min(contextLength - keep, (int) (contextLength * 0.75)));
        // learned positions stay put
        boolean moves = sequence.rewinds() && slot.model.positionLimit() == Integer.MAX_VALUE;
        if (sequence.length() >= keep + discard && moves) {
            sequence.discard(keep, discard);
        } else {
            sequence.truncate(0);
        }
        context.remove(keep, discard);
        return sequence.length();
    }

    private synchronized Slot lease(Model model, Tokens context) {
        while (true) {
            if (closed) {
                throw new ClosedModelException();
            }
            forgetOthers(model);
            Slot best = best(model, context);
            if (best == null && slots.size() < most) {
                best = new Slot(model, contextLength);
                rewinds = best.sequence.rewinds();
                slots.add(best);
            }
            if (best != null) {
                best.busy = true;
                return best;
            }
            await();
        }
    }

    /** Caches on a device that has failed serve nobody any more. */
    private void forgetOthers(Model model) {
        for (Slot slot : List.copyOf(slots)) {
            if (!slot.busy && slot.model != model) {
                slots.remove(slot);
                slot.sequence.close();
            }
        }
    }

    private void await() {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for the model");
        }
    }

    private @Nullable Slot best(Model model, Tokens context) {
        Slot best = null;
        int longest = -1;
        for (Slot slot : slots) {
            if (!slot.busy && slot.model == model) {
                int common = Math.min(slot.sequence.commonPrefix(context.array()), context.size());
                if (common > longest || (best != null && common == longest && slot.used < best.used)) {
                    best = slot;
                    longest = common;
                }
            }
        }
        return best;
    }

    private synchronized void release(Slot slot) {
        slot.busy = false;
        slot.used = ++clock;
        notifyAll();
    }

    /** Waits for running forward passes, then frees the caches. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        boolean interrupted = false;
        while (slots.stream().anyMatch(slot -> slot.busy)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        slots.forEach(slot -> slot.sequence.close());
        slots.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
