package dev.cortado.gguf.mixture;

import dev.cortado.gguf.TensorType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a model file as a whole is quantised to: a name, the number in {@code general.file_type} (llama.h, {@code
 * llama_ftype}) and the tensor type that most matrices get. S, M and L are small, medium and large: how many matrices
 * get a better type than that, see {@link Mixture}.
 */
public enum FileType {
    F32(0, TensorType.F32),
    F16(1, TensorType.F16),
    BF16(32, TensorType.BF16),
    Q4_0(2, TensorType.Q4_0),
    Q4_1(3, TensorType.Q4_1),
    Q5_0(8, TensorType.Q5_0),
    Q5_1(9, TensorType.Q5_1),
    Q8_0(7, TensorType.Q8_0),
    Q2_K(10, TensorType.Q2_K),
    Q2_K_S(21, TensorType.Q2_K),
    Q3_K_S(11, TensorType.Q3_K),
    Q3_K_M(12, TensorType.Q3_K),
    Q3_K_L(13, TensorType.Q3_K),
    Q4_K_S(14, TensorType.Q4_K),
    Q4_K_M(15, TensorType.Q4_K),
    Q5_K_S(16, TensorType.Q5_K),
    Q5_K_M(17, TensorType.Q5_K),
    Q6_K(18, TensorType.Q6_K),
    IQ1_S(24, TensorType.IQ1_S),
    IQ1_M(31, TensorType.IQ1_M),
    IQ2_XXS(19, TensorType.IQ2_XXS),
    IQ2_XS(20, TensorType.IQ2_XS),
    IQ2_S(28, TensorType.IQ2_XS),
    IQ2_M(29, TensorType.IQ2_S),
    IQ3_XXS(23, TensorType.IQ3_XXS),
    IQ3_XS(22, TensorType.IQ3_S),
    IQ3_S(26, TensorType.IQ3_S),
    IQ3_M(27, TensorType.IQ3_S),
    IQ4_NL(25, TensorType.IQ4_NL),
    IQ4_XS(30, TensorType.IQ4_XS),
    TQ1_0(36, TensorType.TQ1_0),
    TQ2_0(37, TensorType.TQ2_0),
    MXFP4_MOE(38, TensorType.MXFP4),
    NVFP4(39, TensorType.NVFP4),
    Q1_0(40, TensorType.Q1_0),
    Q2_0(41, TensorType.Q2_0);

    private static final Map<String, FileType> SHORT_NAMES = Map.of("Q3_K", Q3_K_M, "Q4_K", Q4_K_M, "Q5_K", Q5_K_M);

    private final int id;
    private final TensorType tensorType;

    FileType(int id, TensorType tensorType) {
        this.id = id;
        this.tensorType = tensorType;
    }

    /** The number in {@code general.file_type}. */
    public int id() {
        return id;
    }

    /** The type that most matrices get. */
    public TensorType tensorType() {
        return tensorType;
    }

    /** Whether most matrices are stored in blocks with scales, not as plain floats. */
    public boolean quantised() {
        return tensorType.blockSize() > 1;
    }

    /** By name in upper or lower case; Q3_K, Q4_K and Q5_K mean the medium one. */
    public static Optional<FileType> named(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return Optional.ofNullable(SHORT_NAMES.get(upper))
                .or(() -> Arrays.stream(values())
                        .filter(type -> type.name().equals(upper))
                        .findFirst());
    }

    /** By the number in {@code general.file_type}. */
    public static Optional<FileType> of(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }
}
