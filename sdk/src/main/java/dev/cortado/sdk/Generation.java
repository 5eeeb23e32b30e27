package dev.cortado.sdk;

import dev.cortado.engine.grammar.Mask;
import dev.cortado.engine.sampler.Sampler;
import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.engine.tokenizer.Vocabulary;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One answer being generated, pulled piece by piece: nothing is computed that is not asked for. Tokens are held back
 * while their text could still become a stop string, and released one by one when it cannot.
 *
 * <p>The text before a stop string is released even when a token straddles the border; its rest is dropped.
 */
final class Generation {
    private record Held(int token, byte[] piece) {}

    private final Slots slots;
    private final Tokenizer tokenizer;
    private final Vocabulary vocabulary;
    private final GenerateOptions options;
    private final @Nullable Mask mask;
    private final StopStrings stops;
    private final Sampler sampler;
    private final Utf8Joiner joiner = new Utf8Joiner();
    private final Tokens context;
    private final float[][] rows;
    private final long began = System.nanoTime();

    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private byte[] heldText = new byte[64];
    private int heldLength = 0;
    private final ArrayDeque<Emission> ready = new ArrayDeque<>();

    private final int promptTokens;
    private final List<TokenLogprob> logprobs = new ArrayList<>();
    private int[] guess = new int[0];
    private int nextRow = 1; // the logits after this many tokens of the guess; beyond it when they must be computed
    private int forwardPasses = 0;
    private int reusedTokens = 0;
    private int sampled = 0;
    private int released = 0;
    private long firstToken = 0;
    private long ended = 0;
    private @Nullable FinishReason finish = null;

    /**
     * @param prompt tokens that fit the context, at least one
     * @param mask holds the answer to a grammar, or null
     */
    Generation(Slots slots, Tokenizer tokenizer, int[] prompt, GenerateOptions options, @Nullable Mask mask) {
        this.slots = slots;
        this.tokenizer = tokenizer;
        this.vocabulary = tokenizer.vocabulary();
        this.options = options;
        this.mask = mask;
        this.stops = new StopStrings(options.stop());
        Long seed = options.seed();
        this.sampler =
                new Sampler(options.sampling(), seed == null ? ThreadLocalRandom.current().nextLong() : seed);
        this.context = new Tokens(prompt);
        this.promptTokens = prompt.length;
        this.rows = new float[options.promptLookup() + 1][slots.vocabularySize()];
        if (options.maxTokens() == 0) {
            end(FinishReason.LENGTH);
        }
    }

    /** The next piece of the answer, computed now; null when the answer is complete. */
    @Nullable Emission next() {
        while (ready.isEmpty() && finish == null) {
            step();
        }
        return ready.poll();
    }

    /** Ends the answer: nothing more is computed. */
    void cancel() {
        ready.clear();
        if (finish == null) {
            end(FinishReason.CANCELLED);
        }
    }

    /** The answer's figures, with the text that its consumer collected. */
    GenerationResult result(String text) {
        long end = finish == null ? System.nanoTime() : ended;
        return new GenerationResult(
                text,
                promptTokens,
                reusedTokens,
                sampled,
                finish == null ? FinishReason.CANCELLED : finish,
                forwardPasses,
                List.copyOf(logprobs),
                Duration.ofNanos(sampled == 0 ? 0 : firstToken - began),
                Duration.ofNanos(sampled == 0 ? 0 : end - firstToken));
    }

    private void step() {
        float[] logits = logits();
        float[] untouched = options.logprobs() >= 0 ? logits.clone() : logits;
        if (mask != null) {
            mask.apply(logits);
        }
        int token = sampler.sample(logits);
        sampler.accept(token);
        if (options.logprobs() >= 0) {
            logprobs.add(TokenLogprob.of(untouched, token, options.logprobs()));
        }
        if (sampled++ == 0) {
            firstToken = System.nanoTime();
        }
        context.add(token);
        nextRow = nextRow < guess.length && guess[nextRow] == token ? nextRow + 1 : guess.length + 1;
        byte[] piece = tokenizer.piece(token, true);
        if (vocabulary.endsGeneration(token)) {
            stop(FinishReason.END_OF_TURN, heldLength);
        } else if (!vocabulary.isControl(token)) {
            if (mask != null) {
                mask.accept(piece);
            }
            hold(token, piece);
            int stop = stops.find(heldText, heldLength);
            if (stop >= 0) {
                stop(FinishReason.STOP_STRING, stop);
            } else if (mask != null && mask.complete()) {
                stop(FinishReason.END_OF_TURN, heldLength);
            } else {
                release(stops.findBeginning(heldText, heldLength));
            }
        } else if (stops.contains(piece)) { // a control token is a stop as a whole or not at all
            stop(FinishReason.STOP_STRING, heldLength);
        } else {
            hold(token, piece);
            release(heldLength);
        }
    }

    /** The logits after the context: of a guess that has been right so far, or of another forward pass. */
    private float[] logits() {
        if (nextRow > guess.length) {
            int most = Math.min(options.promptLookup(), slots.room(context.size()));
            guess = most == 0 ? new int[0] : PromptLookup.guess(context, most);
            int reused = slots.logits(context, guess, rows);
            forwardPasses++;
            if (sampled == 0) {
                reusedTokens = reused;
            }
            nextRow = 0;
        }
        return rows[nextRow];
    }

    private void hold(int token, byte[] piece) {
        held.add(new Held(token, piece));
        if (heldLength + piece.length > heldText.length) {
            heldText = Arrays.copyOf(heldText, 2 * (heldLength + piece.length));
        }
        System.arraycopy(piece, 0, heldText, heldLength, piece.length);
        heldLength += piece.length;
    }

    /** Releases the held tokens that lie whole within the first {@code limit} bytes; gives the bytes that they took. */
    private int release(int limit) {
        int at = 0;
        while (!held.isEmpty() && at + held.element().piece.length <= limit && finish == null) {
            Held next = held.remove();
            at += next.piece.length;
            emit(next.token, next.piece);
        }
        System.arraycopy(heldText, at, heldText, 0, heldLength - at);
        heldLength -= at;
        return at;
    }

    /** Releases the first {@code limit} bytes, also of a token that goes on beyond them, and ends. */
    private void stop(FinishReason reason, int limit) {
        int left = limit - release(limit);
        if (left > 0 && finish == null) {
            Held straddling = held.element();
            emit(straddling.token, Arrays.copyOf(straddling.piece, left));
        }
        if (finish == null) {
            end(reason);
        }
    }

    private void emit(int token, byte[] piece) {
        String text = joiner.append(piece);
        if (text != null) {
            ready.add(new Emission(token, text));
        }
        if (++released >= options.maxTokens()) {
            end(FinishReason.LENGTH);
        }
    }

    private void end(FinishReason reason) {
        finish = reason;
        ended = System.nanoTime();
    }
}
