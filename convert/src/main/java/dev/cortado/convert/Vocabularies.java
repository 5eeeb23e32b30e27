package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the tokenizer of a checkpoint folder in whichever form it is there. */
final class Vocabularies {
    private static final String SENTENCE_PIECE = "tokenizer.model";
    private static final String TOKENIZERS = "tokenizer.json";
    private static final String WORD_PIECES = "vocab.txt";

    private Vocabularies() {}

    /** @param size rows of the embedding */
    static Vocabulary read(Path folder, Family family, int size, ConvertOptions options) throws IOException {
        Vocabulary vocabulary = find(folder, family, size, options);
        JsonNode prefix =
                JsonFile.readIfPresent(folder.resolve("tokenizer_config.json")).path("add_prefix_space");
        return family == Family.LLAMA && prefix.isBoolean()
                ? vocabulary.withSpacePrefix(prefix.booleanValue())
                : vocabulary;
    }

    private static Vocabulary find(Path folder, Family family, int size, ConvertOptions options) throws IOException {
        Path pieces = folder.resolve(SENTENCE_PIECE);
        if (!family.isEncoder() && Files.exists(pieces)) {
            return SentencePieceVocabulary.read(pieces, size);
        }
        Path tokenizers = folder.resolve(TOKENIZERS);
        if (Files.exists(tokenizers)) {
            return fromTokenizers(tokenizers, family, size, options);
        }
        Path words = folder.resolve(WORD_PIECES);
        if (family.isEncoder() && Files.exists(words)) {
            return WordPieceVocabulary.read(words, size);
        }
        throw new ConvertException("%s: no tokenizer is there, %s expected"
                .formatted(
                        folder,
                        family.isEncoder() ? TOKENIZERS + " or " + WORD_PIECES : SENTENCE_PIECE + " or " + TOKENIZERS));
    }

    private static Vocabulary fromTokenizers(Path file, Family family, int size, ConvertOptions options)
            throws IOException {
        TokenizerJson json = TokenizerJson.read(file);
        JsonNode model = json.root().path("model");
        String type = model.path("type").asText(model.has("merges") ? "BPE" : "");
        if (type.equals("WordPiece") && family.isEncoder()) {
            return WordPieceVocabulary.read(json, size);
        }
        if (type.equals("BPE") && !family.isEncoder()) {
            return model.path("byte_fallback").asBoolean()
                    ? SentencePieceVocabulary.read(json, size)
                    : BytePairVocabulary.read(json, size, options);
        }
        throw new ConvertException("%s: a tokenizer of type '%s', %s expected of %s"
                .formatted(file, type, family.isEncoder() ? "WordPiece" : "BPE", family.architecture()));
    }
}
