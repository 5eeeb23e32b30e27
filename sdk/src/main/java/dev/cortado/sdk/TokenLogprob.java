package dev.cortado.sdk;

import dev.cortado.engine.sampler.LogSoftmax;
import dev.cortado.engine.sampler.TokenProbability;
import java.util.List;

/**
 * How likely the model found a token of its answer, before penalties, temperature and narrowing.
 *
 * @param chosen the token that was generated
 * @param alternatives the likeliest tokens at its place, best first, perhaps with itself among them
 */
public record TokenLogprob(TokenProbability chosen, List<TokenProbability> alternatives) {
    static TokenLogprob of(float[] logits, int token, int count) {
        LogSoftmax softmax = new LogSoftmax(logits);
        return new TokenLogprob(softmax.of(token), softmax.best(count));
    }
}
