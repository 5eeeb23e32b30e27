package dev.cortado.sdk;

import java.time.Duration;
import java.util.List;

/**
 * An answer and what it took.
 *
 * @param text the answer
 * @param promptTokens tokens of the prompt
 * @param reusedTokens of these, tokens that were still in the cache from earlier calls
 * @param completionTokens tokens generated, including those that gave no text
 * @param finishReason why it ended
 * @param forwardPasses times that the model was run; fewer than tokens where guesses were right
 * @param logprobs of the generated tokens, where {@link GenerateOptions#logprobs()} asks for them
 * @param timeToFirstToken from the call to the first generated token; zero if there was none
 * @param generationTime from the first generated token to the end
 */
public record GenerationResult(
        String text,
        int promptTokens,
        int reusedTokens,
        int completionTokens,
        FinishReason finishReason,
        int forwardPasses,
        List<TokenLogprob> logprobs,
        Duration timeToFirstToken,
        Duration generationTime) {
    /** The tools that the answer asks to have called; empty when it is an ordinary answer. */
    public List<ToolCall> toolCalls() {
        return ToolCall.parse(text);
    }

    /** Generated tokens per second after the first; 0 when there were fewer than two. */
    public double tokensPerSecond() {
        return completionTokens < 2 || generationTime.isZero()
                ? 0
                : (completionTokens - 1) * 1e9 / generationTime.toNanos();
    }
}
