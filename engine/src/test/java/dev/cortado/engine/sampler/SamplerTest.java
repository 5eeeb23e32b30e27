package dev.cortado.engine.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final SamplingOptions OFF = new SamplingOptions(1f, 0, 1f, 0f, 1f, 0, 0f, 0f);

    private static float[] randomLogits(Random random, int n) {
        float[] logits = new float[n];
        for (int i = 0; i < n; i++) {
            logits[i] = Math.round(random.nextGaussian() * 40) / 8f; // coarse, so that there are ties
        }
        return logits;
    }

    private static Candidates candidates(float... logits) {
        Candidates candidates = new Candidates();
        candidates.load(logits);
        return candidates;
    }

    private static List<Integer> kept(Candidates candidates) {
        candidates.order(candidates.size());
        return IntStream.range(0, candidates.size()).mapToObj(candidates::id).toList();
    }

    private static Set<Integer> drawn(SamplingOptions options, float... logits) {
        Set<Integer> drawn = new TreeSet<>();
        Sampler sampler = new Sampler(options, 7);
        for (int i = 0; i < 2000; i++) {
            drawn.add(sampler.sample(logits.clone()));
        }
        return drawn;
    }

    @Nested
    class Ordering {
        @Test
        void isThatOfAFullSortForEveryPrefix() {
            Random random = new Random(1);
            for (int round = 0; round < 300; round++) {
                float[] logits = randomLogits(random, 1 + random.nextInt(400));
                Integer[] expected = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
                Arrays.sort(expected, (a, b) -> Float.compare(logits[b], logits[a])); // stable: lower id first
                Candidates candidates = candidates(logits);
                int first = random.nextInt(logits.length + 1);
                int second = first + random.nextInt(logits.length + 1);
                candidates.order(first);
                candidates.order(second);
                for (int i = 0; i < Math.min(second, logits.length); i++) {
                    assertThat(candidates.id(i)).isEqualTo(expected[i]);
                    assertThat(candidates.logit(i)).isEqualTo(logits[expected[i]]);
                }
            }
        }

        @Test
        void ofABestFewIsTheBeginningOfTheOrderOfAll() {
            Random random = new Random(2);
            Candidates few = new Candidates();
            for (int round = 0; round < 300; round++) {
                float[] logits = randomLogits(random, 1 + random.nextInt(2000));
                if (round % 3 == 0) {
                    Arrays.sort(logits); // each is better than all before it
                }
                int limit = 1 + random.nextInt(300);
                List<Integer> all = kept(candidates(logits));
                few.load(logits, limit);
                few.keep(limit);
                assertThat(kept(few)).isEqualTo(all.subList(0, Math.min(limit, all.size())));
            }
        }

        @Test
        void countsMinusZeroAsZero() {
            assertThat(kept(candidates(-0f, 0f, -0f))).containsExactly(0, 1, 2);
        }

        @Test
        void leavesForbiddenTokensOut() {
            float no = Float.NEGATIVE_INFINITY;
            assertThat(kept(candidates(no, 1, no, 2))).containsExactly(3, 1);
            assertThatIllegalStateException().isThrownBy(() -> candidates(no, no)).withMessageContaining("no token");
        }

        @Test
        void refusesNaN() {
            assertThatIllegalStateException()
                    .isThrownBy(() -> candidates(0, Float.NaN))
                    .withMessageContaining("token 1");
            float[] late = new float[1000];
            late[999] = Float.NaN;
            assertThatIllegalStateException()
                    .isThrownBy(() -> new Candidates().load(late, 1))
                    .withMessageContaining("token 999");
            assertThatIllegalStateException()
                    .isThrownBy(() -> new Sampler(SamplingOptions.GREEDY, 1).sample(new float[] {0, Float.NaN}));
        }
    }

    @Nested
    class Narrowings {
        @Test
        void topKKeepsTheBestAndZeroKeepsAll() {
            Candidates two = candidates(1, 3, 2, 3);
            new TopK(2).apply(two);
            assertThat(kept(two)).containsExactly(1, 3);
            Candidates all = candidates(1, 3, 2);
            new TopK(0).apply(all);
            new TopK(99).apply(all);
            assertThat(all.size()).isEqualTo(3);
        }

        @Test
        void topPKeepsTheFirstThatReachesTheSum() {
            float[] logits = {(float) Math.log(0.1), (float) Math.log(0.5), (float) Math.log(0.4)};
            for (var expected : List.of(
                    new Object[] {0.3f, List.of(1)}, new Object[] {0.499f, List.of(1)},
                    new Object[] {0.6f, List.of(1, 2)}, new Object[] {0.95f, List.of(1, 2, 0)},
                    new Object[] {0f, List.of(1)}, new Object[] {1f, List.of(1, 2, 0)})) {
                Candidates candidates = candidates(logits);
                new TopP((float) expected[0]).apply(candidates);
                assertThat(kept(candidates)).as("p = %s", expected[0]).isEqualTo(expected[1]);
            }
        }

        @Test
        void topPIsMinimalOnAnyRow() {
            Random random = new Random(2);
            for (int round = 0; round < 200; round++) {
                float[] logits = randomLogits(random, 2 + random.nextInt(3000));
                if (round % 2 == 0) {
                    for (int i = 0; i < logits.length; i++) {
                        logits[i] *= 0.05f; // flat: the nucleus is far larger than the first look
                    }
                }
                float p = random.nextFloat();
                Candidates candidates = candidates(logits);
                new TopP(p).apply(candidates);
                double all = 0;
                for (float logit : logits) {
                    all += Math.exp(logit);
                }
                double mass = 0;
                for (int i = 0; i < candidates.size(); i++) {
                    mass += Math.exp(candidates.logit(i));
                }
                double last = Math.exp(candidates.logit(candidates.size() - 1));
                assertThat(mass / all).isGreaterThanOrEqualTo(p - 1e-9);
                assertThat((mass - last) / all).isLessThan(p + 1e-9);
            }
        }

        @Test
        void minPIsThatOfAFullSortOnAnyRow() {
            Random random = new Random(3);
            for (int round = 0; round < 200; round++) {
                float[] logits = randomLogits(random, 1 + random.nextInt(3000));
                float p = random.nextFloat();
                Candidates candidates = candidates(logits);
                candidates.order(random.nextInt(20));
                new MinP(p).apply(candidates);
                List<Integer> all = kept(candidates(logits));
                double least = logits[all.get(0)] + Math.log(p);
                assertThat(kept(candidates))
                        .isEqualTo(all.stream().filter(id -> logits[id] >= least).toList());
            }
        }

        @Test
        void minPComparesWithTheBest() {
            float[] logits = {(float) Math.log(0.05), (float) Math.log(0.5), (float) Math.log(0.25)};
            Candidates candidates = candidates(logits);
            new MinP(0.4f).apply(candidates);
            assertThat(kept(candidates)).containsExactly(1, 2);
            Candidates one = candidates(logits);
            new MinP(2f).apply(one);
            assertThat(kept(one)).containsExactly(1);
        }

        @Test
        void temperatureDividesAndMustBePositive() {
            Candidates candidates = candidates(1, 4);
            new Temperature(2).apply(candidates);
            candidates.order(2);
            assertThat(candidates.logit(0)).isEqualTo(2f);
            assertThat(candidates.logit(1)).isEqualTo(0.5f);
            assertThatIllegalArgumentException().isThrownBy(() -> new Temperature(0));
        }
    }

    @Nested
    class PenaltiesOnLogits {
        @Test
        void divideWhatIsPositiveAndMultiplyTheRest() {
            Penalties penalties = new Penalties(8, 2, 0, 0);
            List.of(0, 1, 1, 2).forEach(penalties::accept);
            float[] logits = {4, -4, 0, 4};
            penalties.apply(logits);
            assertThat(logits).containsExactly(2, -8, 0, 4);
        }

        @Test
        void countForFrequencyAndOnceForPresence() {
            Penalties penalties = new Penalties(8, 1, 0.5f, 10);
            List.of(1, 1, 1, 0).forEach(penalties::accept);
            for (int again = 0; again < 2; again++) {
                float[] logits = {0, 0, 0};
                penalties.apply(logits);
                assertThat(logits).containsExactly(-10.5f, -11.5f, 0);
            }
        }

        @Test
        void forgetWhatLeftTheWindow() {
            Penalties penalties = new Penalties(2, 2, 0, 0);
            List.of(0, 1, 2, 1).forEach(penalties::accept);
            float[] logits = {4, 4, 4};
            penalties.apply(logits);
            assertThat(logits).containsExactly(4, 2, 2);
        }

        @Test
        void areOffWithoutWindow() {
            Penalties penalties = new Penalties(-1, 2, 3, 4);
            penalties.accept(0);
            float[] logits = {4};
            penalties.apply(logits);
            assertThat(logits).containsExactly(4);
        }
    }

    @Nested
    class Chain {
        @Test
        void looksAtTheNucleusBeforeTemperature() { // at temperature 5 alone, token 2 would belong to the nucleus
            SamplingOptions options = new SamplingOptions(5f, 40, 0.4f, 0f, 1f, 0, 0f, 0f);
            assertThat(drawn(options, 5, 1, 4.9f, 0)).containsExactly(0);
            SamplingOptions wider = new SamplingOptions(5f, 40, 0.6f, 0f, 1f, 0, 0f, 0f);
            assertThat(drawn(wider, 5, 1, 4.9f, 0)).containsExactly(0, 2);
        }

        @Test
        void takesTheLowestIdAmongEqualsWhenGreedy() {
            assertThat(drawn(SamplingOptions.GREEDY, 1, 3, 3, 2)).containsExactly(1);
        }

        @Test
        void equalsGreedyWithTopKOne() {
            Random random = new Random(3);
            SamplingOptions one = new SamplingOptions(0.7f, 1, 1f, 0f, 1.18f, 64, 0f, 0f);
            SamplingOptions zero = new SamplingOptions(0f, 0, 1f, 0f, 1.18f, 64, 0f, 0f);
            Sampler a = new Sampler(one, 1);
            Sampler b = new Sampler(zero, 2);
            for (int i = 0; i < 200; i++) {
                float[] logits = randomLogits(random, 100);
                int token = a.sample(logits.clone());
                assertThat(token).isEqualTo(b.sample(logits.clone()));
                a.accept(token);
                b.accept(token);
            }
        }

        @Test
        void drawsInProportion() {
            Sampler sampler = new Sampler(OFF, 5);
            float[] logits = {(float) Math.log(0.2), (float) Math.log(0.7), (float) Math.log(0.1)};
            int[] counts = new int[3];
            int n = 100_000;
            for (int i = 0; i < n; i++) {
                counts[sampler.sample(logits.clone())]++;
            }
            assertThat(counts[0] / (double) n).isCloseTo(0.2, within(0.006)); // 4.7 standard deviations
            assertThat(counts[1] / (double) n).isCloseTo(0.7, within(0.007));
        }

        @Test
        void repeatsItselfFromTheSameSeedOnly() {
            Random random = new Random(4);
            float[] logits = randomLogits(random, 1000);
            int[][] runs = new int[3][50];
            long[] seeds = {1, 1, 2};
            for (int run = 0; run < 3; run++) {
                Sampler sampler = new Sampler(OFF, seeds[run]);
                for (int i = 0; i < 50; i++) {
                    runs[run][i] = sampler.sample(logits.clone());
                }
            }
            assertThat(runs[0]).isEqualTo(runs[1]).isNotEqualTo(runs[2]);
        }

        @Test
        void obeysABiasWhateverTheLogits() {
            LogitBias onlyTwo = logits -> {
                for (int i = 0; i < logits.length; i++) {
                    logits[i] = i == 2 ? logits[i] : Float.NEGATIVE_INFINITY;
                }
            };
            for (SamplingOptions options : List.of(SamplingOptions.DEFAULT, SamplingOptions.GREEDY)) {
                assertThat(new Sampler(options, 1, onlyTwo).sample(new float[] {9, 9, -9, 9})).isEqualTo(2);
            }
        }
    }

    @Test
    void logProbabilitiesAreThoseOfTheSoftmax() {
        float[] logits = {1, 3, 2, 3};
        double sum = Math.exp(1) + 2 * Math.exp(3) + Math.exp(2);
        List<TokenProbability> best = new LogSoftmax(logits).best(2);
        assertThat(best).extracting(TokenProbability::token).containsExactly(1, 3);
        assertThat(new LogSoftmax(logits).best(0)).isEmpty();
        assertThat(best.get(0).logProbability()).isCloseTo((float) (3 - Math.log(sum)), within(1e-6f));
        assertThat(new LogSoftmax(logits).of(0).logProbability())
                .isCloseTo((float) (1 - Math.log(sum)), within(1e-6f));
    }
}
