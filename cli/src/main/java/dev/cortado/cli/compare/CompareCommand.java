package dev.cortado.cli.compare;

import dev.cortado.cli.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cortado bench compare}: other programs beside this one. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = "Measures this program and others with the same files, in turn, and writes a Markdown table.",
        footer = {
            "",
            "Every round starts each program once. Figures are medians of the rounds, and a ratio is the median of the",
            "ratios within the rounds. Programs that are not installed are left out."
        })
public final class CompareCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Models (GGUF files).")
    private List<Path> models = List.of();

    @Option(names = "--llama-bench", paramLabel = "PROGRAM", description = "llama.cpp's llama-bench.")
    private @Nullable Path llamaBench;

    @Option(
            names = "--llama-java",
            paramLabel = "FOLDER",
            description = "The jars of de.kherud:llama and its benchmark: benchmarks/peers/target/peers after"
                    + " mvn -Ppeers -Dmaven.test.skip=true -pl benchmarks/peers -am package.")
    private @Nullable Path llamaJava;

    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            description = "Python that may have the packages llama-cpp-python and gpt4all (default: ${DEFAULT-VALUE}).")
    private String python = "python3";

    @Option(names = "--pp", paramLabel = "N", description = "Tokens of the prompt (default: ${DEFAULT-VALUE}).")
    private int prompt = 512;

    @Option(names = "--tg", paramLabel = "N", description = "Tokens to generate (default: ${DEFAULT-VALUE}).")
    private int generated = 64;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute (default: the cores this process may use).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            description = "Measurements in each process (default: ${DEFAULT-VALUE}).")
    private int repetitions = 3;

    @Option(names = "--rounds", paramLabel = "N", description = "Processes of each (default: ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "How long Cortado repeats each measurement before it counts (default: ${DEFAULT-VALUE}).")
    private double warmUp = 3;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where the table goes (default: standard output).")
    private @Nullable Path output;

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (Path model : models) {
            if (!Files.isRegularFile(model)) {
                throw new NoSuchFileException(model.toString());
            }
        }
        Workload workload = new Workload(prompt, generated, threads, repetitions);
        List<Peer> peers = peers();
        List<Contest> contests = new ArrayList<>();
        for (Path model : models) {
            contests.add(Contest.run(model.toAbsolutePath(), peers, workload, Math.max(1, rounds)));
        }
        try (PrintWriter file = output == null ? null : new PrintWriter(Files.newBufferedWriter(output))) {
            PrintWriter out = file == null ? spec.commandLine().getOut() : file;
            printConditions(out);
            new Table(contests, workload).print(out);
        }
        return contests.stream().anyMatch(contest -> contest.cortado().failure() != null) ? 1 : 0;
    }

    private void printConditions(PrintWriter out) throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "%s, vectors of %s, commit %s%n%n%d threads, %d rounds of %d repetitions, tokens per second%n%n",
                Machine.line(),
                Machine.vectorWidth(),
                Machine.commit(),
                threads,
                Math.max(1, rounds),
                repetitions);
    }

    private List<Peer> peers() throws IOException, InterruptedException {
        List<Peer> peers = new ArrayList<>();
        peers.add(new CortadoPeer(warmUp));
        if (llamaBench != null) {
            peers.add(new LlamaBench(llamaBench.toAbsolutePath()));
        }
        if (llamaJava != null) {
            peers.add(new LlamaJava(llamaJava.toAbsolutePath()));
        }
        if (installed("llama_cpp")) {
            peers.add(PythonPeer.llamaCppPython(python));
        }
        if (installed("gpt4all")) {
            peers.add(PythonPeer.gpt4all(python));
        }
        return peers;
    }

    private boolean installed(String module) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(python, "-c", "import " + module)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) { // no such interpreter
            return false;
        }
        try {
            return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }
}
