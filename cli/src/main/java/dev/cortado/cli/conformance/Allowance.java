package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.backend.Backend;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.util.EnumSet;
import java.util.Set;

/**
 * How far results may be from the golden's.
 *
 * @param largest limit of any single difference
 * @param rms limit of the root mean square of a row's differences
 * @param margin a lead of the best over the second that is smaller may be lost
 */
record Allowance(double largest, double rms, double margin) {
    /** Float sums in another order. */
    private static final double FLOAT = 1e-3;

    /** llama.cpp takes the tanh form of GELU from a table of float16. */
    private static final double GELU_TABLE = 2e-2;

    private static final Set<String> GELU = Set.of(
            "bert",
            "bloom",
            "codeshell",
            "falcon",
            "gemma",
            "gemma-embedding",
            "gemma2",
            "gemma3",
            "gpt2",
            "gptj",
            "gptneox",
            "jina-bert-v2",
            "modern-bert",
            "mpt",
            "nomic-bert-moe",
            "phi2",
            "starcoder",
            "starcoder2");

    /** Differences that rounding activations to int8 made in llama.cpp, for logits of deviation 1, where a file does not say. */
    private static final double USUAL_RMS = 0.035;

    private static final double USUAL_LARGEST = 0.2;

    /** Our rounding is as fine as llama.cpp's, but another one. */
    private static final double OTHER_ROUNDING = 1.5;

    private static final Set<TensorType> FLOATS =
            EnumSet.of(TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.F64);

    static Allowance exact(String architecture) {
        double limit = GELU.contains(architecture) ? GELU_TABLE : FLOAT;
        return new Allowance(limit, limit, 2 * limit);
    }

    /**
     * For results with float activations ({@code dequant_f32}) when the backend rounds them, or for results with rounded
     * ones when that is all there is; else exact.
     *
     * @param golden may tell how far rounding took llama.cpp: {@code native_vs_dequant_rms_diff}, {@code _max_abs_diff}
     * @param floatResults whether the golden's results are those of float activations
     * @param deviation standard deviation of the results
     */
    static Allowance of(
            String architecture,
            Backend backend,
            GgufFile file,
            JsonNode golden,
            boolean floatResults,
            double deviation) {
        Allowance exact = exact(architecture);
        boolean quantised = file.tensors().stream().anyMatch(tensor -> !FLOATS.contains(tensor.type()));
        if (!rounds(backend, file) && (floatResults || !quantised)) {
            return exact;
        }
        double rms = golden.path("native_vs_dequant_rms_diff").asDouble(USUAL_RMS * deviation);
        double largest = golden.path("native_vs_dequant_max_abs_diff").asDouble(USUAL_LARGEST * deviation);
        return exact.rounded(rms, largest);
    }

    /** The same plus the noise of rounded activations. */
    Allowance rounded(double rmsNoise, double largestNoise) {
        // a few outliers, as a router's choice that flips, do not excuse everything
        double single = OTHER_ROUNDING * Math.min(largestNoise, 8 * rmsNoise);
        return new Allowance(largest + single, rms + OTHER_ROUNDING * rmsNoise, margin + single);
    }

    static boolean rounds(Backend backend, GgufFile file) {
        return file.tensors().stream().map(Tensor::type).anyMatch(type -> backend.activationBlock(type) != 0);
    }
}
