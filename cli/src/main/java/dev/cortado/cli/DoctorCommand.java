package dev.cortado.cli;

import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.sdk.ModelFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Tells what this machine offers, and what makes models slow here and why.")
final class DoctorCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        List<BackendProvider> providers = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
                .toList();
        Map<String, Object> facts = new LinkedHashMap<>(Machine.facts());
        facts.put(
                "vector module",
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() ? "present" : "absent");
        facts.put("heap", Progress.bytes(Runtime.getRuntime().maxMemory()));
        List<String> devices = new ArrayList<>();
        List<String> details = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (BackendProvider provider : providers) {
            devices.addAll(provider.devices());
            details.addAll(provider.facts());
            if (!provider.devices().contains("reference")) { // slow by nature, and never chosen unasked
                warnings.addAll(provider.warnings());
            }
        }
        facts.put("devices", devices);
        facts.put("details", details);
        facts.put("model folder", ModelFiles.defaultFolder().toString());
        facts.put("models", models(ModelFiles.defaultFolder()));
        facts.put("slow", warnings);
        print(facts);
        return 0;
    }

    private void print(Map<String, Object> facts) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.printPretty(out, facts);
            return;
        }
        facts.forEach((name, value) -> {
            if (value instanceof List<?> list) {
                out.printf(
                        "%-14s %s%n",
                        name, list.isEmpty() ? (name.equals("slow") ? "nothing" : "none") : list.getFirst());
                list.stream().skip(1).forEach(element -> out.printf("%-14s %s%n", "", element));
            } else {
                out.printf("%-14s %s%n", name, value);
            }
        });
        out.flush();
    }

    private static List<String> models(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".gguf"))
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
