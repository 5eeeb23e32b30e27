package dev.cortado.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What a measurement ran on. */
public final class Machine {
    private Machine() {}

    /** Processor, cores, system and JDK by name. */
    public static Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("cpu", processor());
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        return facts;
    }

    /** The facts on one line. */
    public static String line() {
        return String.join(", ", facts().values().stream().map(String::valueOf).toList())
                .replaceFirst(", (\\d+),", ", $1 cores,");
    }

    /** The width that vector code computes with here: the one asked for, else the one that the JVM prefers. */
    public static String vectorWidth() {
        Integer asked = Integer.getInteger("cortado.vectorBits");
        if (asked != null) {
            return asked + " bits";
        }
        Module vectors =
                ModuleLayer.boot().findModule("jdk.incubator.vector").orElse(null);
        if (vectors == null) {
            return "0 bits (no vector module)";
        }
        try { // by reflection, because the module is not there in every start of this program
            Class<?> shape = Class.forName(vectors, "jdk.incubator.vector.VectorShape");
            Object preferred = shape.getMethod("preferredShape").invoke(null);
            return shape.getMethod("vectorBitSize").invoke(preferred) + " bits";
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the vector module is not the one of this JDK", e);
        }
    }

    /** The commit that the program was built from as git tells it where the program lies, or "unknown". */
    public static String commit() throws IOException, InterruptedException {
        Path program =
                Path.of(URI.create(Machine.class.getProtectionDomain().getCodeSource().getLocation().toString()));
        Process git;
        try {
            git = new ProcessBuilder("git", "describe", "--always", "--dirty")
                    .directory(program.resolveSibling("").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) { // no git
            return "unknown";
        }
        String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return git.waitFor() == 0 ? commit : "unknown";
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) { // not Linux
            return System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", System.getProperty("os.arch"));
        }
    }
}
