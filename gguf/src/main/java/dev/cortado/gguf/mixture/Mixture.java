package dev.cortado.gguf.mixture;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which type every tensor of a model gets for a {@link FileType}: the choices of llama.cpp's {@code llama-quantize}
 * (llama-quant.cpp), so that files are of the size and quality that users know under a name. Matrices in which errors
 * hurt most get better types: the output, the values of attention, the first and last layers of {@code ffn_down} and
 * every third between.
 */
public final class Mixture {
    private static final Pattern LAYER = Pattern.compile("^blk\\.(\\d+)\\.");

    /** What makes a matrix one that stays as it is: small ones, positions, routers, convolutions, norms. */
    private static final List<String> KEPT = List.of(
            "_norm.weight",
            "ffn_gate_inp.weight",
            "ffn_gate_tid2eid.weight",
            "altup",
            "laurel",
            "per_layer_model_proj",
            "ssm_conv1d",
            "shortconv.conv.weight",
            "indexer.k_proj.weight",
            "indexer.q_proj.weight",
            "time_mix_first.weight",
            "time_mix_w0.weight",
            "time_mix_w1.weight",
            "time_mix_w2.weight",
            "time_mix_v0.weight",
            "time_mix_v1.weight",
            "time_mix_v2.weight",
            "time_mix_a0.weight",
            "time_mix_a1.weight",
            "time_mix_a2.weight",
            "time_mix_g1.weight",
            "time_mix_g2.weight",
            "time_mix_decay_w1.weight",
            "time_mix_decay_w2.weight",
            "time_mix_lerp_fused.weight",
            "attn_rel_b.weight",
            "position_embd",
            "token_types.weight",
            "sam.pos_embd",
            "sam.neck.",
            "sam.net_",
            ".rel_pos",
            ".patch_embd",
            ".patch_merger",
            "a.rvq.codebook",
            "mm.a.code_embd");

    private final FileType fileType;
    private final TensorType base;
    private final ModelShape model;
    private final boolean important;
    private final boolean tied;
    private final int valueMatrices;

    /** How many tensors of a role were seen: their layer, since tensors come layer by layer. */
    private final Map<TensorRole, Integer> seen = new EnumMap<>(TensorRole.class);

    private Mixture(FileType fileType, ModelShape model, List<Tensor> tensors, boolean important) {
        this.fileType = fileType;
        this.base = fileType.tensorType();
        this.model = model;
        this.important = important;
        this.tied = tensors.stream().noneMatch(tensor -> TensorRole.of(tensor.name()) == TensorRole.OUTPUT);
        this.valueMatrices = (int) tensors.stream()
                .filter(tensor -> TensorRole.of(tensor.name()) == TensorRole.ATTENTION_V)
                .count();
    }

    /**
     * The type of every tensor of {@code file}, by name; of those that are not quantised the one they have.
     *
     * @param important whether an importance matrix will be used: some choices are bolder then
     */
    public static Map<String, TensorType> of(GgufFile file, FileType fileType, boolean important) {
        return of(ModelShape.of(file.metadata()), file.tensors(), fileType, important);
    }

    static Map<String, TensorType> of(ModelShape model, List<Tensor> tensors, FileType fileType, boolean important) {
        Mixture mixture = new Mixture(fileType, model, tensors, important);
        Map<String, TensorType> types = new LinkedHashMap<>();
        tensors.forEach(tensor -> types.put(tensor.name(), tensor.type()));
        tensors.stream()
                .filter(Mixture::quantises)
                .sorted(Comparator.comparingInt((Tensor tensor) -> layer(tensor.name(), -1))
                        .thenComparing(Tensor::name))
                .forEach(tensor -> types.put(tensor.name(), mixture.type(tensor)));
        return types;
    }

    /** Whether a tensor is one of those that are quantised at all: a matrix of floats with a name like a weight's. */
    static boolean quantises(Tensor tensor) {
        boolean matrix = tensor.rows() > 1 && tensor.name().endsWith("weight");
        boolean floats = switch (tensor.type()) {
            case I8, I16, I32, I64, F64 -> false;
            default -> true;
        };
        return matrix && floats && KEPT.stream().noneMatch(tensor.name()::contains);
    }

    private static int layer(String name, int otherwise) {
        Matcher matcher = LAYER.matcher(name);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : otherwise;
    }

    private TensorType type(Tensor tensor) {
        return fileType.quantised() ? Fallback.of(wanted(tensor), tensor.columns()) : base;
    }

    private TensorType wanted(Tensor tensor) {
        TensorRole role = TensorRole.of(tensor.name());
        if (role == TensorRole.OUTPUT || role == TensorRole.TOKEN_EMBEDDING && tied) {
            return output(tensor);
        }
        if (fileType == FileType.MXFP4_MOE) {
            boolean experts = tensor.shape().length > 2 && tensor.shape()[2] > 1;
            return experts ? TensorType.MXFP4 : TensorType.Q8_0;
        }
        int before = seen.merge(role, 1, Integer::sum) - 1;
        return switch (role) {
            case TOKEN_EMBEDDING -> embedding();
            case ATTENTION_V -> isLow() ? lowValues() : values(before);
            case ATTENTION_K -> isLow() ? lowKeys() : keys();
            case ATTENTION_Q -> queries();
            case ATTENTION_OUTPUT -> isLow() ? lowAttentionOutput() : attentionOutput();
            case FEED_FORWARD_DOWN -> isLow() ? lowDown(before) : down(ffnLayer(tensor, before));
            case FEED_FORWARD_GATE, FEED_FORWARD_UP -> gateOrUp(ffnLayer(tensor, before));
            case OUTPUT, OTHER -> base;
        };
    }

    private TensorType output(Tensor tensor) {
        if (fileType == FileType.MXFP4_MOE || model.isFalcon() || tensor.columns() % base.blockSize() != 0) {
            return TensorType.Q8_0;
        }
        if (isLow() || fileType == FileType.IQ3_XXS) {
            return TensorType.Q5_K;
        }
        return base == TensorType.Q8_0 ? base : TensorType.Q6_K;
    }

    private TensorType embedding() {
        return switch (fileType) {
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS -> TensorType.Q2_K;
            case IQ2_S, IQ2_M, IQ3_XXS -> TensorType.IQ3_S;
            case TQ1_0, TQ2_0, Q2_0 -> TensorType.Q4_K;
            default -> base;
        };
    }

    /** The file types below three bits, which have rules of their own. */
    private boolean isLow() {
        return switch (fileType) {
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ2_M -> true;
            default -> false;
        };
    }

    private boolean isIq2SOrM() {
        return fileType == FileType.IQ2_S || fileType == FileType.IQ2_M;
    }

    private TensorType lowValues() {
        if (model.queriesPerKey() >= 4 || model.experts() >= 4) {
            return TensorType.Q4_K;
        }
        return isIq2SOrM() ? TensorType.IQ3_S : TensorType.Q2_K;
    }

    private TensorType lowKeys() {
        return model.experts() == 8 ? TensorType.Q4_K : base;
    }

    private TensorType lowDown(int layer) {
        if (layer >= model.layers() / 8) {
            return base;
        }
        return isIq2SOrM() ? TensorType.IQ3_S : TensorType.Q2_K;
    }

    private TensorType lowAttentionOutput() {
        if (model.experts() == 8) {
            return TensorType.Q5_K;
        }
        return switch (fileType) {
            case IQ1_S, IQ1_M -> TensorType.IQ2_XXS;
            case IQ2_S, IQ2_M -> TensorType.IQ3_S;
            default -> base;
        };
    }

    private TensorType values(int layer) {
        boolean grouped = model.queriesPerKey() >= 4;
        TensorType type = switch (fileType) {
            case Q2_K -> grouped ? TensorType.Q4_K : TensorType.Q3_K;
            case Q2_K_S, IQ3_XS, IQ3_S -> grouped ? TensorType.Q4_K : base;
            case IQ3_XXS -> grouped ? TensorType.Q4_K : important ? TensorType.IQ3_XXS : TensorType.IQ3_S;
            case IQ3_M -> TensorType.Q4_K;
            case Q3_K_M -> layer < 2 ? TensorType.Q5_K : TensorType.Q4_K;
            case Q3_K_L -> TensorType.Q5_K;
            case IQ4_NL, IQ4_XS -> grouped ? TensorType.Q5_K : base;
            case Q4_K_M, Q5_K_M -> moreBits(layer, valueMatrices) ? TensorType.Q6_K : base;
            case Q4_K_S -> layer < 4 ? TensorType.Q5_K : base;
            default -> base;
        };
        if (model.experts() == 8) {
            return TensorType.Q8_0;
        }
        boolean poor = type == TensorType.Q3_K || type == TensorType.Q4_K;
        return model.has70Billion() && poor ? TensorType.Q5_K : type;
    }

    private TensorType keys() {
        return model.experts() == 8 ? TensorType.Q8_0 : queries();
    }

    private TensorType queries() {
        return switch (fileType) {
            case IQ3_XS -> TensorType.IQ3_XXS;
            case IQ3_XXS -> TensorType.IQ2_S;
            default -> base;
        };
    }

    private TensorType down(int layer) {
        boolean early = layer < model.layers() / 8;
        boolean moreBits = moreBits(layer, model.layers());
        return switch (fileType) {
            case Q2_K -> TensorType.Q3_K;
            case Q2_K_S -> early ? TensorType.Q4_K : base;
            case IQ3_XXS -> important ? base : early ? TensorType.Q4_K : TensorType.Q3_K;
            case Q3_K_M -> {
                if (layer < model.layers() / 16) {
                    yield TensorType.Q5_K;
                }
                yield !model.isFalcon() || moreBits ? TensorType.Q4_K : TensorType.Q3_K;
            }
            case IQ3_M -> early || model.experts() == 8 && moreBits ? TensorType.Q4_K : base;
            case Q3_K_L -> model.isFalcon() ? TensorType.Q4_K : TensorType.Q5_K;
            case Q4_K_M -> {
                if (model.isFalcon()) {
                    TensorType better = moreBits ? TensorType.Q5_K : base;
                    yield layer < model.layers() / 16 ? TensorType.Q6_K : better;
                }
                yield moreBits ? TensorType.Q6_K : base;
            }
            case Q5_K_M -> moreBits ? TensorType.Q6_K : base;
            case IQ4_NL, IQ4_XS -> early && !important ? TensorType.Q5_K : base;
            case Q4_K_S -> early && !model.isFalcon() ? TensorType.Q5_K : base;
            case Q4_0 -> early && important ? TensorType.Q4_1 : base;
            case Q5_0 -> early && important ? TensorType.Q5_1 : base;
            default -> base;
        };
    }

    private TensorType attentionOutput() {
        if (model.isFalcon()) {
            return fileType == FileType.Q3_K_L ? TensorType.Q4_K : base;
        }
        if (model.experts() == 8) {
            return switch (fileType) {
                case Q2_K, Q3_K_S, Q3_K_M, Q4_K_S, Q4_K_M, IQ3_XXS, IQ3_XS, IQ3_S, IQ3_M, IQ4_NL, IQ4_XS ->
                    TensorType.Q5_K;
                default -> base;
            };
        }
        return switch (fileType) {
            case Q2_K -> TensorType.Q3_K;
            case IQ3_XXS -> TensorType.IQ3_S;
            case Q3_K_M, IQ3_M -> TensorType.Q4_K;
            case Q3_K_L -> TensorType.Q5_K;
            default -> base;
        };
    }

    private TensorType gateOrUp(int layer) {
        boolean middle = layer >= model.layers() / 8 && layer < 7 * model.layers() / 8;
        return fileType == FileType.IQ3_XS && middle ? TensorType.IQ3_XXS : base;
    }

    /** With experts a layer has several such tensors, so that counting them does not tell the layer. */
    private int ffnLayer(Tensor tensor, int before) {
        return model.experts() > 1 ? layer(tensor.name(), before) : before;
    }

    /** The first and the last eighth, and every third layer between. */
    private static boolean moreBits(int layer, int layers) {
        return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
    }
}
