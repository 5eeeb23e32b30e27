package dev.cortado.cli;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Metadata;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Shows what a GGUF file holds: metadata, tensors, sizes, parameter count.")
final class InspectCommand implements Callable<Integer> {
    private static final int SHOWN_ELEMENTS = 5;
    private static final int SHOWN_CHARACTERS = 90;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The file, or any part of a split one.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Option(names = "--json", description = "Everything, as one JSON object; arrays in full.")
    private boolean json;

    @Option(names = "--tensors", description = "List the tensors, not only their types.")
    private boolean tensors;

    @Option(names = "--verbose", description = "Errors with their stack trace.")
    private boolean verbose;

    /** Tensors of one type, added up. */
    private record Share(int tensors, long weights, long bytes) {
        static final Share NONE = new Share(0, 0, 0);

        Share plus(Tensor tensor) {
            return new Share(
                    tensors + 1, weights + tensor.count(), bytes + tensor.data().byteSize());
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (GgufFile gguf = GgufFile.open(file)) {
            if (json) {
                Json.printPretty(out, object(gguf));
            } else {
                print(gguf, out);
            }
        }
        return 0;
    }

    private static long parameters(GgufFile gguf) {
        return gguf.tensors().stream().mapToLong(Tensor::count).sum();
    }

    private static Map<TensorType, Share> shares(GgufFile gguf) {
        Map<TensorType, Share> shares = new EnumMap<>(TensorType.class);
        for (Tensor tensor : gguf.tensors()) {
            shares.merge(
                    tensor.type(),
                    Share.NONE.plus(tensor),
                    (sum, one) ->
                            new Share(sum.tensors + one.tensors, sum.weights + one.weights, sum.bytes + one.bytes));
        }
        return shares;
    }

    private static Map<String, Object> object(GgufFile gguf) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", gguf.path().toString());
        object.put("version", gguf.version());
        object.put("byte_order", gguf.byteOrder().toString());
        object.put("alignment", gguf.alignment());
        object.put("bytes", gguf.size());
        object.put("parameters", parameters(gguf));
        object.put("metadata", gguf.metadata().toMap());
        object.put(
                "tensors", gguf.tensors().stream().map(InspectCommand::object).toList());
        return object;
    }

    private static Map<String, Object> object(Tensor tensor) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", tensor.name());
        object.put("type", tensor.type().name());
        object.put("shape", tensor.shape());
        object.put("bytes", tensor.data().byteSize());
        return object;
    }

    private void print(GgufFile gguf, PrintWriter out) {
        Metadata metadata = gguf.metadata();
        out.printf(
                Locale.ROOT,
                "%s: GGUF %d, %s, %,d tensors, %s parameters%n%n",
                gguf.path().getFileName(),
                gguf.version(),
                Progress.bytes(gguf.size()),
                gguf.tensors().size(),
                count(parameters(gguf)));
        int width = metadata.keys().stream().mapToInt(String::length).max().orElse(0);
        for (String key : metadata.keys()) {
            Object value = metadata.value(key).orElseThrow();
            out.printf("%-" + width + "s  %s%n", key, brief(value));
        }
        out.printf(Locale.ROOT, "%n%-8s %8s %16s %12s %10s%n", "type", "tensors", "weights", "bytes", "bits/weight");
        shares(gguf)
                .forEach((type, share) -> out.printf(
                        Locale.ROOT,
                        "%-8s %8d %,16d %12s %10.2f%n",
                        type,
                        share.tensors,
                        share.weights,
                        Progress.bytes(share.bytes),
                        8.0 * share.bytes / Math.max(1, share.weights)));
        if (tensors) {
            printTensors(gguf.tensors(), out);
        }
        out.flush();
    }

    private static void printTensors(List<Tensor> tensors, PrintWriter out) {
        int width = tensors.stream()
                .map(Tensor::name)
                .max(Comparator.comparingInt(String::length))
                .orElse("")
                .length();
        out.println();
        for (Tensor tensor : tensors) {
            out.printf(
                    Locale.ROOT,
                    "%-" + width + "s  %-8s %-22s %12s%n",
                    tensor.name(),
                    tensor.type(),
                    tensor.shapeText(),
                    Progress.bytes(tensor.data().byteSize()));
        }
    }

    private static String count(long parameters) {
        return parameters >= 1_000_000_000
                ? String.format(Locale.ROOT, "%.2f B", parameters / 1e9)
                : parameters >= 1_000_000
                        ? String.format(Locale.ROOT, "%.1f M", parameters / 1e6)
                        : String.format(Locale.ROOT, "%,d", parameters);
    }

    /** A value on one line: long texts and arrays are cut. */
    private static String brief(Object value) {
        if (!value.getClass().isArray()) {
            return cut(value.toString());
        }
        int length = Array.getLength(value);
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < Math.min(length, SHOWN_ELEMENTS); i++) {
            text.append(i == 0 ? "" : ", ").append(brief(Array.get(value, i)));
        }
        return cut(text.append(length > SHOWN_ELEMENTS ? ", … " + length + " in all]" : "]")
                .toString());
    }

    private static String cut(String text) {
        String line = text.replace("\n", "\\n").replaceAll("\\p{Cntrl}", "·");
        return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS - 1) + "…";
    }
}
