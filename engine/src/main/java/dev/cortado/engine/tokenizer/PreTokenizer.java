package dev.cortado.engine.tokenizer;

import dev.cortado.engine.spelling.EditDistance;
import dev.cortado.gguf.Metadata;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ways of dividing a text into words before BPE, one row each: the names in {@code tokenizer.ggml.pre}, what else goes
 * with them, and the passes. The patterns are those of the models' tokenizer.json, as far as llama.cpp keeps to them: its
 * {@code \p{Lu}}, {@code \p{Ll}} and so on mean any letter, and cased runs know the case of ASCII only.
 */
enum PreTokenizer {
    DEFAULT(
            List.of("default", ""),
            Set.of(),
            "[\\p{P}$+<=>^~|]+",
            Words.GPT2,
            "\\p{N}+",
            "[0-9][0-9][0-9]"),
    GPT2(
            List.of(
                    "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
                    "modern-bert", "mpt", "olmo", "jais", "exaone4"),
            Set.of(),
            Words.GPT2),
    GPT2_FOR_ENCODERS(
            List.of("jina-v1-en", "jina-v2-code", "roberta-bpe"), Set.of(Trait.ADDS_SEPARATOR), Words.GPT2),
    GPT2_KEEPING_SPACES(List.of("trillion", "granite-docling"), Set.of(Trait.KEEPS_SPACES), Words.GPT2),
    SINGLE_DIGITS(
            List.of("starcoder", "refact", "codeshell", "exaone", "minerva-7b", "mellum2"),
            Set.of(),
            "\\p{N}",
            Words.GPT2),
    SINGLE_DIGITS_KEEPING_SPACES(
            List.of("command-r", "smollm"), Set.of(Trait.KEEPS_SPACES), "\\p{N}", Words.GPT2),
    FALCON(List.of("falcon"), Set.of(), "[\\p{P}$+<=>^~|`]+", Words.GPT2, "[0-9][0-9][0-9]"),
    LLAMA3(
            List.of(
                    "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
                    "jina-v5-nano"),
            Set.of(Trait.IGNORES_MERGES, Trait.ADDS_BOS),
            Words.LLAMA3),
    LLAMA3_PLAIN(List.of("dbrx", "smaug-bpe"), Set.of(), Words.LLAMA3),
    CHATGLM(List.of("chatglm-bpe", "glm4"), Set.of(Trait.NO_USUAL_BOS), Words.LLAMA3),
    JAIS2(
            List.of("jais-2"),
            Set.of(),
            Words.CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
                    + "|\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)"
                    + "|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}"),
    QWEN2(
            List.of("qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "hunyuan", "solar-open", "grok-2"),
            Set.of(Trait.KEEPS_SPACES),
            Words.QWEN2),
    QWEN2_CLEANING_SPACES(List.of("stablelm2", "megrez"), Set.of(), Words.QWEN2),
    QWEN35(
            List.of("qwen35"),
            Set.of(Trait.KEEPS_SPACES),
            Words.CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
                    + Words.WHITE_SPACE),
    UFAKZEKA(
            List.of("ufakzeka"),
            Set.of(Trait.KEEPS_SPACES),
            "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" + Words.WHITE_SPACE),
    LAGUNA(List.of("laguna"), Set.of(Trait.KEEPS_SPACES), Words.LINES, Words.QWEN2),
    SEED_CODER(
            List.of("seed-coder"),
            Set.of(Trait.KEEPS_SPACES),
            Words.CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+"
                    + Words.WHITE_SPACE),
    MINICPM5(
            List.of("minicpm5"),
            Set.of(Trait.IGNORES_MERGES),
            "\\p{N}{1,3}",
            Words.CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}+| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + Words.WHITE_SPACE),
    BAILING(
            List.of("bailingmoe", "bailingmoe2", "llada-moe"),
            Set.of(Trait.KEEPS_SPACES),
            Words.CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
    EXAONE_MOE(
            List.of("exaone-moe"),
            Set.of(),
            Words.CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}(?:[\\p{L}\\p{M}]| \\p{L})*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?"
                    + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
    TEKKEN(
            List.of("tekken"),
            Set.of(Trait.KEEPS_SPACES, Trait.IGNORES_MERGES, Trait.ADDS_BOS),
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^a-z]]*[\\p{L}&&[^A-Z]]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^a-z]]+[\\p{L}&&[^A-Z]]*"
                    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
                    + Words.WHITE_SPACE),
    GPT_4O(
            List.of("gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"),
            Set.of(Trait.KEEPS_SPACES),
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^a-z]]*[\\p{L}&&[^A-Z]]+" + Words.CONTRACTION + "?"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^a-z]]+[\\p{L}&&[^A-Z]]*" + Words.CONTRACTION + "?"
                    + Words.AFTER_WORDS_OF_GPT_4O),
    GRANITE_EMBEDDING(
            List.of("granite-embed-multi-97m"),
            Set.of(Trait.KEEPS_SPACES, Trait.IGNORES_MERGES),
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}&&[^a-z]]*[\\p{L}\\p{M}&&[^A-Z]]+" + Words.CONTRACTION + "?"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}&&[^a-z]]+[\\p{L}\\p{M}&&[^A-Z]]*" + Words.CONTRACTION + "?"
                    + Words.AFTER_WORDS_OF_GPT_4O),
    TINY_AYA(
            List.of("tiny_aya", "cohere2moe"),
            Set.of(Trait.KEEPS_SPACES),
            DigitGroups.AFTER_TEXT,
            SplitPattern.later("[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+" + Words.CONTRACTION + "?"
                    + Words.AFTER_WORDS_OF_GPT_4O)),
    YOUTU(
            List.of("youtu"),
            Set.of(Trait.KEEPS_SPACES, Trait.IGNORES_MERGES),
            "[\uAC00-\uD7A3\u3131-\u318E]+"
                    + "|[\uFF01\u2026\u201C\u201D\u2018\u2019\u2014\uFF1A\uFF1B\uFF0C\u3001-\u303F\uFE30-\uFE4F]+"
                    + "|[\u3105-\u312F]+|[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+" + Words.CONTRACTION
                    + "?|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
                    + Words.WHITE_SPACE),
    KIMI_K2(
            List.of("kimi-k2"),
            Set.of(Trait.KEEPS_SPACES, Trait.NEEDS_NO_MERGES),
            "\\p{Han}+|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^\\p{Han}]]+" + Words.CONTRACTION
                    + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + Words.WHITE_SPACE),
    DEEPSEEK_LLM(
            List.of("deepseek-llm"),
            Set.of(Trait.KEEPS_SPACES),
            "[\\r\\n]",
            "\\s?[" + Words.CASED_LETTERS + "]+",
            "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+",
            "\\s+$",
            "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+",
            "\\p{N}+"),
    DEEPSEEK_CODER(
            List.of("deepseek-coder"),
            Set.of(Trait.KEEPS_SPACES),
            "[\\r\\n]",
            "\\s?\\p{L}+",
            "\\s?\\p{P}+",
            "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+",
            "\\p{N}"),
    DEEPSEEK_V3(
            List.of("deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"),
            Set.of(Trait.KEEPS_SPACES),
            "\\p{N}{1,3}",
            "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
            Words.DEEPSEEK + "| ?[\\p{P}\\p{S}]+[\\r\\n]*" + Words.WHITE_SPACE),
    SPARK(
            List.of("spark2_5"),
            Set.of(Trait.KEEPS_SPACES),
            "\\p{N}{1,3}",
            "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
            Words.DEEPSEEK + "| ?[\\p{P}\\p{S}]+|[\\r\\n]|\\s+(?!\\S)|\\s+",
            "\\p{N}"),
    AFMOE(
            List.of("afmoe"),
            Set.of(Trait.KEEPS_SPACES),
            DigitGroups.AFTER_TEXT,
            // 8C48 is what llama.cpp has; it stands for F900, which looks the same
            SplitPattern.later("[\u4E00-\u9FFF\u3400-\u4DBF\u8C48-\uFAFF\u3040-\u309F\u30A0-\u30FF\uFF65-\uFF9F\u2F00-\u2FDF"
                    + "\u0E40-\u0E7F\u0E80-\u0EFF\u1780-\u17FF\u1000-\u109F\uAA60-\uAA7F\uA9E0-\uA9FF\uAC00-\uD7AF\u1100-\u11FF]+"),
            SplitPattern.later(Words.DEEPSEEK + "| ?[\\p{P}\\p{S}]+[\\r\\n]*" + Words.WHITE_SPACE)),
    BLOOM(List.of("bloom", "gpt3-finnish"), Set.of(), Words.BLOOM),
    PORO(List.of("poro-chat"), Set.of(Trait.KEEPS_SPACES), Words.BLOOM),
    VIKING(List.of("viking"), Set.of(Trait.KEEPS_SPACES), Words.BLOOM, "\\p{N}"),
    SUPER_BPE(
            List.of("superbpe"), Set.of(Trait.KEEPS_SPACES), SplitPattern.later("\\p{N}+"), DigitGroups.WITHIN_DIGITS),
    CHAMELEON(
            List.of("chameleon"),
            Set.of(Trait.KEEPS_SPACES, Trait.ADDS_BOS),
            "<sentinel:[0-9]+>",
            "IMGIMG[A-I]{1,4}Z",
            "[\\t\\n]|    |  ",
            "\\p{N}",
            "[\\p{P}!-/:-@\\[-`{-~]",
            Words.GPT2),
    GEMMA4(
            List.of("gemma4", "granite-embed-multi-311m"),
            Set.of(Trait.UTF_8, Trait.SPACE_SYMBOL, Trait.ALWAYS_ADDS_BOS, Trait.KEEPS_LINE_FEEDS),
            Words.LINES),
    SARVAM(List.of("sarvam-moe"), Set.of(Trait.UTF_8, Trait.SPACE_SYMBOL, Trait.KEEPS_SPACES), Words.LINES),
    WHITE_SPACE(List.of("whitespace"), Set.of(Trait.UTF_8, Trait.KEEPS_CASE), "\\S+");

    /** What goes with a pre-tokenizer besides its passes. */
    enum Trait {
        /** Decoding leaves spaces before punctuation alone. */
        KEEPS_SPACES,
        /** A word that is a token is taken as it is, whatever its merges would give. */
        IGNORES_MERGES,
        ADDS_BOS,
        /** BOS is added even if the file says no. */
        ALWAYS_ADDS_BOS,
        ADDS_SEPARATOR,
        /** There is no BOS unless the file names one. */
        NO_USUAL_BOS,
        /** The file need not hold merges. */
        NEEDS_NO_MERGES,
        /** The vocabulary is UTF-8 with tokens for bytes, not in the byte alphabet. */
        UTF_8,
        /** Spaces are {@code ▁}. */
        SPACE_SYMBOL,
        /** Where a model makes letters lower-case, it does not do so unless the file says so. */
        KEEPS_CASE,
        /** A run of line feeds that is a token is taken as it is. */
        KEEPS_LINE_FEEDS
    }

    /** Patterns and parts of them that several rows share. */
    private static final class Words {
        static final String GPT2 =
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
        static final String CONTRACTION = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
        static final String WHITE_SPACE = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        static final String LLAMA3 = CONTRACTION
                + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                + WHITE_SPACE;
        static final String QWEN2 = CONTRACTION
                + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                + WHITE_SPACE;
        static final String AFTER_WORDS_OF_GPT_4O = "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + WHITE_SPACE;
        static final String DEEPSEEK = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
                + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+";
        static final String BLOOM = " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";
        static final String LINES = "[^\\n]+|[\\n]+";
        /** Letters of the scripts that have upper and lower case. */
        static final String CASED_LETTERS = "A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293"
            + "\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C"
            + "\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5"
            + "\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77"
            + "\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59"
            + "\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC"
            + "\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107"
            + "\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139"
            + "\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE"
            + "\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E"
            + "\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A"
            + "\uD801\uDC00-\uD801\uDC4F\uD801\uDCB0-\uD801\uDCD3\uD801\uDCD8-\uD801\uDCFB"
            + "\uD803\uDC80-\uD803\uDCB2\uD803\uDCC0-\uD803\uDCF2\uD806\uDCA0-\uD806\uDCDF"
            + "\uD83A\uDD00-\uD83A\uDD43";

        private Words() {}
    }

    private static final int LONGEST_NAME = 64;

    private final List<String> names;
    private final Set<Trait> traits;
    private final List<Pass> passes;

    PreTokenizer(List<String> names, Set<Trait> traits, String... patterns) {
        this(names, traits, Arrays.stream(patterns).map(SplitPattern::later).toArray(Pass[]::new));
    }

    PreTokenizer(List<String> names, Set<Trait> traits, Pass... passes) {
        this.names = names;
        this.traits = traits.isEmpty() ? EnumSet.noneOf(Trait.class) : EnumSet.copyOf(traits);
        this.passes = List.of(passes);
    }

    /** The one that a file names; the default where it names none. */
    static PreTokenizer named(Metadata metadata) {
        String name = metadata.string(TokenizerModel.PRE).orElse("");
        return Arrays.stream(values())
                .filter(pre -> pre.names.contains(name))
                .findFirst()
                .orElseThrow(() -> metadata.fault(
                        TokenizerModel.PRE,
                        "'%s' found, a known pre-tokenizer expected, such as %s"
                                .formatted(TokenizerModel.printable(name), nearest(name))));
    }

    private static String nearest(String found) {
        String name = found.substring(0, Math.min(found.length(), LONGEST_NAME));
        return Arrays.stream(values())
                .flatMap(pre -> pre.names.stream())
                .filter(known -> !known.isEmpty())
                .sorted(Comparator.comparingInt((String known) -> EditDistance.between(known, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(3)
                .collect(Collectors.joining(", "));
    }

    List<String> names() {
        return names;
    }

    List<Pass> passes() {
        return passes;
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** Where the words of a text end; see {@link Pass#split}. */
    IntList split(int[] text) {
        IntList ends = new IntList(1);
        ends.add(text.length);
        for (Pass pass : passes) {
            ends = pass.split(text, ends);
        }
        return ends;
    }

    /** What holds for vocabularies with this pre-tokenizer. */
    Conventions conventions(Map<Role, Integer> usual) {
        boolean noBos = has(Trait.NO_USUAL_BOS);
        return new Conventions(
                noBos ? Map.of(Role.EOS, usual.getOrDefault(Role.EOS, -1)) : usual,
                has(Trait.ADDS_BOS) || has(Trait.ALWAYS_ADDS_BOS),
                has(Trait.ALWAYS_ADDS_BOS),
                false,
                has(Trait.ADDS_SEPARATOR),
                false,
                !has(Trait.KEEPS_SPACES));
    }
}
