package dev.cortado.cli.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.cli.AnotherJvm;
import dev.cortado.cli.Main;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * This program: {@code cortado bench} in a new JVM, started with the options of this one.
 *
 * @param warmUp seconds for which it repeats each measurement before it counts
 */
record CortadoPeer(double warmUp) implements Peer {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Override
    public String name() {
        return "Cortado";
    }

    @Override
    public List<String> command(Path model, Workload workload) {
        List<String> command = new ArrayList<>();
        command.add(AnotherJvm.program());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(AnotherJvm.arguments(Main.class));
        command.addAll(List.of("bench", "--json", "--quiet", "--device", "cpu", "-m", model.toString()));
        command.addAll(List.of("--pp", "" + workload.prompt(), "--tg", "" + workload.generated()));
        command.addAll(List.of("-t", "" + workload.threads(), "-r", "" + workload.repetitions()));
        command.addAll(List.of("--warm-up", "" + warmUp));
        return command;
    }

    @Override
    public Rates rates(String output, String messages) throws IOException {
        double prompt = Double.NaN;
        double generation = Double.NaN;
        for (String line : output.lines().toList()) {
            JsonNode row = MAPPER.readTree(line);
            double rate = row.path("tokens_per_second").asDouble();
            if (row.path("test").asText().startsWith("pp")) {
                prompt = rate;
            } else {
                generation = rate;
            }
        }
        if (!(prompt > 0) || !(generation > 0)) {
            throw new IOException("expected a pp and a tg line of cortado bench, found " + output);
        }
        return new Rates(prompt, generation, "");
    }
}
