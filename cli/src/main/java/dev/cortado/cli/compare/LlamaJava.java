package dev.cortado.cli.compare;

import java.io.IOException;
import dev.cortado.cli.AnotherJvm;
import java.nio.file.Path;
import java.util.List;

/**
 * llama.cpp through the Java binding {@code de.kherud:llama} with its prebuilt natives.
 *
 * @param jars the folder that {@code mvn -Ppeers -pl benchmarks/peers package} fills, {@code benchmarks/peers/target/peers}
 */
record LlamaJava(Path jars) implements Peer {
    @Override
    public String name() {
        return "de.kherud:llama";
    }

    @Override
    public List<String> command(Path model, Workload workload) {
        return List.of(
                AnotherJvm.program(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                jars.resolve("*").toString(),
                "dev.cortado.benchmarks.peers.LlamaJava",
                model.toString(),
                "" + workload.prompt(),
                "" + workload.generated(),
                "" + workload.threads(),
                "" + workload.repetitions());
    }

    @Override
    public Rates rates(String output, String messages) throws IOException {
        Rates rates = Rates.ofLlamaBench(output);
        return new Rates(rates.prompt(), rates.generation(), (rates.about() + " " + features(messages)).strip());
    }

    /** The library tells the CPU features that it was built for in its log. */
    private static String features(String log) {
        return log.lines()
                .filter(line -> line.startsWith("system_info:"))
                .map(line -> line.substring(line.indexOf('|') + 1).replace('|', ' ').replaceAll(" +", " ").strip())
                .findFirst()
                .orElse("");
    }
}
