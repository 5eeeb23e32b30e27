package dev.cortado.benchmarks;

import dev.cortado.engine.grammar.JsonGrammar;
import dev.cortado.engine.grammar.Mask;
import dev.cortado.engine.grammar.TokenTrie;
import dev.cortado.engine.tokenizer.Tokenizer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Holding an answer to JSON, from the first token to the last, and what is made once for a vocabulary. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GrammarBenchmark {
    private static final String ANSWER = """
            [{"name": "Ant the first", "age": 12, "home": "a hill, where\\nit is \\"dry\\""},
             {"name": "Bear", "age": 7, "home": "The cave behind the river"}, {"name": "Cow", "age": 31, "home": "a farm"}]""";

    private Tokenizer tokenizer;
    private TokenTrie trie;
    private byte[][] pieces = {};
    private float[] logits = {};

    @Setup
    public void prepare(ModelFile model) {
        tokenizer = model.tokenizer();
        trie = new TokenTrie(tokenizer);
        int[] ids = tokenizer.encode(ANSWER, false, false);
        pieces = new byte[ids.length][];
        for (int i = 0; i < ids.length; i++) {
            pieces[i] = tokenizer.piece(ids[i], false);
        }
        logits = new float[trie.vocabularySize()];
    }

    @Benchmark
    public TokenTrie vocabulary() {
        return new TokenTrie(tokenizer);
    }

    @Benchmark
    public Mask answer() {
        Mask mask = new Mask(trie, JsonGrammar.VALUE);
        for (byte[] piece : pieces) {
            mask.apply(logits);
            mask.accept(piece);
        }
        return mask;
    }
}
