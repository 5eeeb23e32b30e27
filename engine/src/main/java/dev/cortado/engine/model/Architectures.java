package dev.cortado.engine.model;

import static dev.cortado.engine.model.Architecture.layerNorm;
import static dev.cortado.engine.model.Architecture.rms;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Experts.Gating;
import dev.cortado.engine.model.Architecture.MixerKind;
import dev.cortado.engine.model.Attending.QueryKeyNorm;
import dev.cortado.engine.model.Norms.Places;
import dev.cortado.engine.spelling.EditDistance;
import dev.cortado.gguf.GgufFormatException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Every model family, one declaration each. The formulas are those of the models' publications and their published
 * configurations; where these leave a choice, the one that GGUF files are made for (llama.cpp).
 */
final class Architectures {
    private Architectures() {}

    /** A family's name, what it is for, and its choices for the sizes of one file. */
    record Declaration(Family family, Function<Hyperparameters, Architecture> choices) {}

    static final List<Declaration> ALL = List.of(
            decoder("llama", "Llama 1-3, Mistral, Mixtral, Nemo, SmolLM, Hermes, Vicuna", Architecture::rms),
            decoder("baichuan", "Baichuan 1 and 2", Architectures::baichuan),
            decoder("bloom", "BLOOM", Architectures::bloom),
            decoder("chatglm", "ChatGLM 2-3, GLM-4 9B of 2024", Architecture::rms),
            decoder("codeshell", "CodeShell", Architecture::layerNorm),
            decoder("cohere2", "Command R7B, Aya Expanse 2", Architectures::cohere2),
            decoder("command-r", "Command R, Aya", Architectures::commandR),
            decoder("deepseek", "DeepSeek MoE 16B", Architectures::deepseek),
            decoder("deepseek2", "DeepSeek V2, V2.5, V3, R1", Architectures::deepseek2),
            decoder("ernie4_5", "ERNIE 4.5", Architecture::rms),
            decoder("exaone", "EXAONE 3", h -> rms(h).with(Positions.HALVES)),
            decoder("exaone4", "EXAONE 4", Architectures::exaone4),
            decoder("falcon", "Falcon 7B, 40B", Architectures::falcon),
            decoder("gemma", "Gemma", Architectures::gemma),
            decoder("gemma2", "Gemma 2", Architectures::gemma2),
            decoder("gemma3", "Gemma 3", Architectures::gemma3),
            decoder("glm4", "GLM-4 of 2025", h -> rms(h).at(Places.SANDWICH)),
            decoder("gpt-oss", "gpt-oss 20B, 120B", Architectures::gptOss),
            decoder("gpt2", "GPT-2", h -> layerNorm(h).with(Positions.LEARNED)),
            decoder("gptneox", "GPT-NeoX, Pythia, Dolly, RedPajama", Architectures::gptNeoX),
            decoder("granite", "Granite 3", Architectures::granite),
            decoder("granitemoe", "Granite 3 MoE", Architectures::granite),
            decoder("hunyuan-dense", "Hunyuan dense", Architectures::hunyuanDense),
            decoder("internlm2", "InternLM 2-3", Architecture::rms),
            decoder("lfm2", "LFM2", Architectures::lfm2),
            decoder("mamba", "Mamba, FalconMamba", Architectures::mamba),
            decoder("minicpm", "MiniCPM 1-2", Architectures::miniCpm),
            decoder("mpt", "MPT, Replit Code", Architectures::mpt),
            decoder("nemotron", "Nemotron, Minitron", Architectures::nemotron),
            decoder("olmo", "OLMo", Architectures::olmo),
            decoder("olmo2", "OLMo 2-3", Architectures::olmo2),
            decoder("olmoe", "OLMoE", Architectures::olmoe),
            decoder("orion", "Orion", Architectures::orion),
            decoder("phi2", "Phi 1-2", h -> layerNorm(h).at(Places.SHARED).parallel(true)),
            decoder("phi3", "Phi 3-4", h -> rms(h).with(Positions.HALVES)),
            decoder("phimoe", "Phi 3.5 MoE", h -> rms(h).with(Positions.HALVES)),
            decoder("qwen", "Qwen 1", Architectures::qwen),
            decoder("qwen2", "Qwen 1.5-2.5, DeepSeek R1 distilled", h -> rms(h).with(Positions.HALVES)),
            decoder("qwen2moe", "Qwen 1.5-2 MoE", Architectures::qwen2moe),
            decoder("qwen3", "Qwen 3", Architectures::qwen3),
            decoder("qwen3moe", "Qwen 3 MoE", Architectures::qwen3),
            decoder("refact", "Refact", h -> rms(h).with(Positions.alibi(8))),
            decoder("seed_oss", "Seed-OSS", h -> rms(h).at(Places.PRE_NAMED_POST).with(Positions.HALVES)),
            decoder("smollm3", "SmolLM3", h -> rms(h).with(Positions.INTERLEAVED.only(layer -> layer % 4 != 3))),
            decoder("stablelm", "StableLM 1-2", Architectures::stableLm),
            decoder("starcoder", "StarCoder, SantaCoder", h -> layerNorm(h).with(Positions.LEARNED)),
            decoder("starcoder2", "StarCoder2", Architecture::layerNorm),
            encoder("bert", "BERT, MiniLM, BGE, E5, GTE", Architectures::bert),
            encoder("gemma-embedding", "EmbeddingGemma", Architectures::gemmaEmbedding),
            encoder("jina-bert-v2", "Jina Embeddings 2", Architectures::jinaBertV2),
            encoder("modern-bert", "ModernBERT, Granite Embedding R2", Architectures::modernBert),
            encoder("nomic-bert", "Nomic Embed 1-1.5", Architectures::nomicBert));

    private static Declaration decoder(String name, String models, Function<Hyperparameters, Architecture> choices) {
        return new Declaration(new Family(name, models, true), choices);
    }

    private static Declaration encoder(String name, String models, Function<Hyperparameters, Architecture> choices) {
        return new Declaration(new Family(name, models, false), choices.andThen(Architecture::encoder));
    }

    private static Architecture baichuan(Hyperparameters h) {
        return h.layers() == 40 ? rms(h).with(Positions.alibi(8)) : rms(h); // 13B and 7B; nothing else tells them apart
    }

    private static Architecture bloom(Hyperparameters h) {
        return layerNorm(h).with(Norms.layer(h).ofInput()).with(Positions.alibi(8));
    }

    private static Architecture commandR(Hyperparameters h) {
        return layerNorm(h)
                .at(Places.SHARED)
                .parallel(true)
                .with(Positions.INTERLEAVED)
                .with(Attending.PLAIN.norm(QueryKeyNorm.OPTIONAL))
                .with(Feeding.gated(Activation.SILU))
                .with(Scales.NONE.logits(h.requireReal("logit_scale")));
    }

    private static Architecture cohere2(Hyperparameters h) {
        var local = h.localLayers(4, false);
        return commandR(h)
                .with(Positions.INTERLEAVED.only(local))
                .with(Attending.PLAIN.window(h.positive("attention.sliding_window"), local));
    }

    private static Architecture deepseek(Hyperparameters h) {
        float scale = h.real("expert_weights_scale", 0);
        return rms(h).with(Feeding.gated(Activation.SILU).experts(Gating.SOFTMAX, false, scale));
    }

    private static Architecture deepseek2(Hyperparameters h) {
        float logMultiplier = h.yarnLogMultiplier();
        int keyWidth = h.integer("attention.key_length_mla", h.keyWidth());
        float scale = (float) (RopeScaling.of(h, logMultiplier).latentScale(logMultiplier) / Math.sqrt(keyWidth));
        Gating gating = h.integer("expert_gating_func", 1) == 2 ? Gating.SIGMOID : Gating.SOFTMAX;
        return rms(h)
                .mixers(layer -> MixerKind.LATENT_ATTENTION)
                .with(Attending.PLAIN.scale(scale))
                .with(Feeding.gated(Activation.SILU)
                        .experts(gating, h.bool("expert_weights_norm", false), h.real("expert_weights_scale", 0)));
    }

    private static Architecture exaone4(Hyperparameters h) {
        var attention = Attending.PLAIN.norm(QueryKeyNorm.REQUIRED);
        var architecture = rms(h).at(Places.POST).with(Positions.HALVES).with(attention);
        if (h.layers() != 64) {
            return architecture; // only the 32B has windows
        }
        var local = h.localLayers(4, false);
        return architecture
                .with(Positions.HALVES.only(local))
                .with(attention.window(h.integer("attention.sliding_window", 4096), local));
    }

    private static Architecture falcon(Hyperparameters h) {
        boolean two = h.hasTensor("blk.0.attn_norm_2.weight");
        return layerNorm(h).at(two ? Places.SIDE_BY_SIDE : Places.SHARED).parallel(true);
    }

    private static Architecture gemma(Hyperparameters h) {
        return rms(h)
                .with(Positions.HALVES)
                .with(Feeding.gated(Activation.GELU))
                .with(Scales.NONE.embedding((float) Math.sqrt(h.width())));
    }

    private static Architecture gemma2(Hyperparameters h) {
        float scale = h.layers() == 46 ? widthPerHead(h) : 0;
        return gemma(h)
                .at(Places.SANDWICH)
                .with(Attending.PLAIN
                        .scale(scale)
                        .softCap(h.real("attn_logit_softcapping", 50))
                        .window(h.integer("attention.sliding_window", 4096), h.localLayers(2, false)))
                .with(gemma(h).scales().logitCap(h.real("final_logit_softcapping", 30)));
    }

    private static Architecture gemma3(Hyperparameters h) {
        float scale = h.layers() == 62 ? widthPerHead(h) : 0;
        return gemma(h)
                .at(Places.SANDWICH)
                .with(Positions.HALVES.localBase(h.real("rope.freq_base_swa", 10000)))
                .with(Attending.PLAIN
                        .scale(scale)
                        .norm(QueryKeyNorm.REQUIRED)
                        .window(h.integer("attention.sliding_window", 0), h.localLayers(6, false)))
                .with(gemma(h).scales().logitCap(h.real("final_logit_softcapping", 0)));
    }

    /** The 27B models scale scores by 1 / sqrt(width / heads), which is not their heads' width. */
    private static float widthPerHead(Hyperparameters h) {
        return (float) (1 / Math.sqrt(h.width() / h.heads(0)));
    }

    private static Architecture gemmaEmbedding(Hyperparameters h) {
        h.positive("attention.sliding_window");
        return gemma3(h);
    }

    private static Architecture gptOss(Hyperparameters h) {
        return rms(h)
                .at(Places.PRE_NAMED_POST)
                .with(Positions.HALVES)
                .with(Attending.PLAIN
                        .withSinks()
                        .window(h.positive("attention.sliding_window"), h.localLayers(2, false)))
                .with(Feeding.gated(Activation.SWIGLU_OAI).experts(Gating.SOFTMAX_OF_CHOSEN, false, 0));
    }

    private static Architecture gptNeoX(Hyperparameters h) {
        return layerNorm(h).parallel(h.bool("use_parallel_residual", true));
    }

    private static Architecture granite(Hyperparameters h) {
        float residual = h.real("residual_scale", 0);
        float embedding = h.real("embedding_scale", 0);
        return rms(h)
                .with(h.bool("rope.scaling.finetuned", true) ? Positions.INTERLEAVED : Positions.NONE)
                .with(Attending.PLAIN.scale(h.real("attention.scale", 0)))
                .with(new Scales(
                        embedding == 0 ? 1 : embedding,
                        residual == 0 ? 1 : residual,
                        1 / h.requireReal("logit_scale"),
                        0));
    }

    private static Architecture hunyuanDense(Hyperparameters h) {
        return rms(h).with(Positions.HALVES).with(Attending.PLAIN.norm(QueryKeyNorm.REQUIRED_AFTER_ROPE));
    }

    private static Architecture lfm2(Hyperparameters h) {
        boolean ownName = h.hasTensor("output_norm.weight");
        return rms(h)
                .with(Norms.rms(h).output(ownName ? "output_norm" : "token_embd_norm"))
                .mixers(layer -> h.kvHeads(layer) == 0 ? MixerKind.SHORT_CONVOLUTION : MixerKind.ATTENTION)
                .with(Positions.HALVES)
                .with(Attending.PLAIN.norm(QueryKeyNorm.REQUIRED));
    }

    private static Architecture mamba(Hyperparameters h) {
        return rms(h).mixers(layer -> MixerKind.SELECTIVE_SCAN).with(Positions.NONE);
    }

    private static Architecture miniCpm(Hyperparameters h) {
        float residual = h.real("residual_scale", (float) (1.4 / Math.sqrt(h.layers())));
        float logits = 1 / h.real("logit_scale", 256f / h.width());
        return rms(h).with(new Scales(h.real("embedding_scale", 12), residual, logits, 0));
    }

    private static Architecture mpt(Hyperparameters h) {
        boolean learned = h.hasTensor("position_embd.weight");
        float bias = h.real("attention.max_alibi_bias", 0);
        return layerNorm(h)
                .with(new Positions(null, layer -> false, 0, bias, learned))
                .with(Attending.PLAIN.clamp(h.real("attention.clamp_kqv", 0)).norm(QueryKeyNorm.OPTIONAL));
    }

    private static Architecture nemotron(Hyperparameters h) {
        return layerNorm(h).with(Feeding.plain(Activation.RELU_SQUARED));
    }

    private static Architecture olmo(Hyperparameters h) {
        return layerNorm(h)
                .with(Norms.layer(h).unweighted())
                .with(Positions.INTERLEAVED)
                .with(Attending.PLAIN.clamp(h.real("attention.clamp_kqv", 0)))
                .with(Feeding.gated(Activation.SILU));
    }

    private static Architecture olmo2(Hyperparameters h) {
        return rms(h)
                .at(Places.POST)
                .with(Positions.HALVES.localBase(h.ropeBase()))
                .with(Attending.PLAIN
                        .norm(QueryKeyNorm.REQUIRED)
                        .window(h.integer("attention.sliding_window", 0), h.localLayers(4, false)));
    }

    private static Architecture olmoe(Hyperparameters h) {
        return rms(h)
                .with(Positions.HALVES)
                .with(Attending.PLAIN.norm(QueryKeyNorm.REQUIRED))
                .with(Feeding.gated(Activation.SILU).experts(Gating.SOFTMAX, false, 0));
    }

    private static Architecture orion(Hyperparameters h) {
        return layerNorm(h).with(Feeding.gated(Activation.SILU));
    }

    private static Architecture qwen(Hyperparameters h) {
        return rms(h).with(Positions.HALVES).with(Feeding.gated(Activation.SILU).withLengthOfBoth());
    }

    private static Architecture qwen2moe(Hyperparameters h) {
        return rms(h)
                .with(Positions.HALVES)
                .with(Feeding.gated(Activation.SILU).experts(Gating.SOFTMAX, false, 0));
    }

    private static Architecture qwen3(Hyperparameters h) {
        return rms(h).with(Positions.HALVES).with(Attending.PLAIN.norm(QueryKeyNorm.REQUIRED));
    }

    private static Architecture stableLm(Hyperparameters h) {
        boolean parallel = !h.hasTensor("blk.0.ffn_norm.weight"); // the 12B
        return layerNorm(h)
                .at(parallel ? Places.SHARED : Places.PRE)
                .parallel(parallel)
                .with(Attending.PLAIN.norm(QueryKeyNorm.OPTIONAL))
                .with(Feeding.gated(Activation.SILU));
    }

    private static Architecture bert(Hyperparameters h) {
        return layerNorm(h)
                .with(Norms.layer(h).at(Places.SUMS).ofInput().output(null))
                .with(Positions.LEARNED);
    }

    private static Architecture nomicBert(Hyperparameters h) {
        return bert(h).with(Positions.HALVES).with(Feeding.gated(Activation.SILU));
    }

    private static Architecture jinaBertV2(Hyperparameters h) {
        return bert(h)
                .with(Positions.alibi(8))
                .with(Attending.PLAIN.norm(QueryKeyNorm.OPTIONAL));
    }

    private static Architecture modernBert(Hyperparameters h) {
        boolean silu = Set.of("silu", "swish", "swiglu").contains(h.string("hidden_activation", "gelu"));
        return layerNorm(h)
                .with(Norms.layer(h).ofInput())
                .with(Positions.HALVES.localBase(h.real("rope.freq_base_swa", 10000)))
                .with(Attending.PLAIN.window(h.integer("attention.sliding_window", 0), h.localLayers(3, true)))
                .with(Feeding.gated(silu ? Activation.SILU : Activation.GELU));
    }

    /** The declaration of a file's architecture. */
    static Declaration named(String name, Path file) {
        return ALL.stream()
                .filter(declaration -> declaration.family().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new GgufFormatException(
                        "%s: general.architecture is '%s', which is not supported; the nearest names that are: %s"
                                .formatted(file, shortened(name), String.join(", ", nearest(name)))));
    }

    private static List<String> nearest(String name) {
        return ALL.stream()
                .map(declaration -> declaration.family().name())
                .sorted(Comparator.comparingInt(known -> EditDistance.between(known, shortened(name))))
                .limit(3)
                .toList();
    }

    private static String shortened(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "…";
    }
}
