package dev.cortado.cli.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** llama.cpp's own benchmark, built by the user. */
record LlamaBench(Path program) implements Peer {
    @Override
    public String name() {
        return "llama-bench";
    }

    @Override
    public List<String> command(Path model, Workload workload) {
        return List.of(
                program.toString(),
                "-m",
                model.toString(),
                "-p",
                "" + workload.prompt(),
                "-n",
                "" + workload.generated(),
                "-t",
                "" + workload.threads(),
                "-r",
                "" + workload.repetitions(),
                "-ngl",
                "0",
                "-o",
                "json");
    }

    @Override
    public Rates rates(String output, String messages) throws IOException {
        return Rates.ofLlamaBench(output);
    }
}
