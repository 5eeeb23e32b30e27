package dev.cortado.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is somebody else's file: what is wrong with it is said in a sentence, and no output is left. */
class DamagedCheckpointTest {
    @TempDir
    Path folder;

    private CheckpointFolder checkpoint;

    @BeforeEach
    void a_sound_checkpoint() throws IOException {
        checkpoint = CheckpointFolder.decoder(folder, "F32", "model.", 24, 8)
                .json("config.json", CheckpointFolder.config("Qwen2ForCausalLM"))
                .json("tokenizer.json", CheckpointFolder.tokenizer(22, CheckpointFolder.qwenPreTokenizer(), "<|end|>"))
                .write();
        convert();
        Files.delete(output());
    }

    @Test
    void weights_that_are_missing_or_unknown() throws IOException {
        CheckpointFolder.Weights removed = checkpoint.remove("model.layers.1.mlp.up_proj.weight");
        checkpoint.write();
        refused("no tensor for 'blk.1.ffn_up.weight' and 0 more");

        checkpoint.tensor("model.layers.1.mlp.up_proj.weight", removed.shape());
        checkpoint.tensor("model.layers.0.mlp.experts.0.w1.weight", 4, 4).write();
        refused("tensor 'model.layers.0.mlp.experts.0.w1.weight': has no place in a model of family qwen2");

        checkpoint.remove("model.layers.0.mlp.experts.0.w1.weight");
        checkpoint.tensor("norm.weight", 32).write();
        refused("another tensor is 'output_norm.weight' too");
    }

    @Test
    void configurations_that_make_no_model() throws IOException {
        Map<String, Object> config = CheckpointFolder.config("Qwen2ForCausalLM");
        config.put("num_attention_heads", "many");
        checkpoint.json("config.json", config);
        refused("config.json: num_attention_heads is \"many\", a whole number below 2^31 expected");

        config.put("num_attention_heads", 4);
        config.put("rope_scaling", Map.of("rope_type", "sideways"));
        checkpoint.json("config.json", config);
        refused("RoPE scaling of type 'sideways', one of default, linear, yarn, llama3 expected");

        checkpoint.json("config.json", CheckpointFolder.config("GPT5ForCausalLM"));
        refused("architectures is \"GPT5ForCausalLM\", one of [LlamaForCausalLM");

        Files.writeString(folder.resolve("config.json"), "[".repeat(100_000));
        refused("config.json: ");
    }

    @Test
    void tokenizers_that_do_not_fit() throws IOException {
        checkpoint.json(
                "tokenizer.json",
                CheckpointFolder.tokenizer(22, CheckpointFolder.qwenPreTokenizer(), "<a>", "<b>", "<c>"));
        refused("tokenizer.json: token '<c>' has number 24, but the embedding has 24 rows");

        checkpoint.json("tokenizer.json", CheckpointFolder.tokenizer(22, Map.of("type", "Whitespace")));
        refused("tokenizer.json: pre_tokenizer {\"type\":\"Whitespace\"} is none of [gpt-2, smollm, llama-bpe");
        Converter.convert(folder, output(), ConvertOptions.DEFAULT.withPreTokenizer("gpt-2"));
        Files.delete(output());

        Files.delete(folder.resolve("tokenizer.json"));
        refused("no tokenizer is there, tokenizer.model or tokenizer.json expected");
    }

    @Test
    void a_weight_that_does_not_fit_into_f16() throws IOException {
        checkpoint.values("model.layers.0.mlp.up_proj.weight")[7] = 1e6f;
        checkpoint.write();
        refused("tensor 'model.layers.0.mlp.up_proj.weight': weight 1000000.0 is too big for F16");
        Converter.convert(folder, output(), ConvertOptions.DEFAULT.withType(OutputType.BF16));
    }

    @Test
    void an_index_that_leads_out_of_the_folder_or_names_too_much() throws IOException {
        checkpoint.json("model.safetensors.index.json", Map.of("weight_map", Map.of("a", "../model.safetensors")));
        refused("shard '../model.safetensors', the plain name of a .safetensors file expected");
        checkpoint.json("model.safetensors.index.json", Map.of("weight_map", Map.of("a", "model.safetensors")));
        refused("tensor 'a' and 0 more are in none of the shards");
    }

    @Test
    void safetensors_headers_that_lie() throws IOException {
        header(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,99]}}",
                "data from 0 to 99, expected between 0 and 64");
        header("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[-4,12]}}", "data from -4 to 12");
        header("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[16,0]}}", "data from 16 to 0");
        header(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,16]}}",
                "16 bytes of data, 20 expected of F32 [5]");
        header(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,16]}}",
                "more bytes than can be counted");
        header(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[12,28]}}",
                "tensor 'b': data from 12 to 28, expected between 16");
        header(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[16,32]}}",
                "Duplicate field 'a'");
        header("{\"a\":{\"dtype\":\"F32\",\"shape\":[4]}}", "no data_offsets");
        header("{\"a\":3}", "VALUE_NUMBER_INT found, START_OBJECT expected");
        header("{\"a\":{\"shape\":[1,1,1,1,1,1,1,1,1]}}", "more than 8 numbers in a row");
        header("[]", "START_ARRAY found, START_OBJECT expected");
        header("{\"a\":" + "[".repeat(5_000), "header: ");
        header("{\"model.norm.weight\":{\"dtype\":\"F8_E4M3\",\"shape\":[16],\"data_offsets\":[0,16]}}", "");

        byte[] tooLong = new byte[100];
        ByteBuffer.wrap(tooLong).order(ByteOrder.LITTLE_ENDIAN).putLong(Long.MAX_VALUE);
        Files.write(folder.resolve("model.safetensors"), tooLong);
        refused("a header of 9223372036854775807 bytes claimed, at most 92 expected");
    }

    private void header(String json, String message) throws IOException {
        Files.write(folder.resolve("model.safetensors"), CheckpointFolder.safetensors(json, new byte[64]));
        refused(message);
    }

    @Test
    void safetensors_cut_or_changed_anywhere() throws IOException {
        Path file = folder.resolve("model.safetensors");
        byte[] sound = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int round = 0; round < 400; round++) {
            byte[] damaged = sound.clone();
            if (round % 4 == 0) {
                damaged = Arrays.copyOf(sound, random.nextInt(sound.length));
            } else {
                damaged[random.nextInt(3_000)] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            convertsOrIsRefused();
        }
    }

    @Test
    void sentence_piece_models_cut_or_changed_anywhere() throws IOException {
        Path file = folder.resolve("tokenizer.model");
        byte[] sound = SentencePieceFile.of(20, true);
        Random random = new Random(2);
        for (int round = 0; round < 400; round++) {
            byte[] damaged = sound.clone();
            if (round % 4 == 0) {
                damaged = Arrays.copyOf(sound, random.nextInt(sound.length));
            } else {
                damaged[random.nextInt(sound.length)] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            convertsOrIsRefused();
        }
    }

    private void convertsOrIsRefused() throws IOException {
        try {
            convert();
        } catch (ConvertException e) {
            assertThat(e).hasMessageContaining(folder.toString());
        } catch (RuntimeException | Error e) {
            fail("no sentence about the checkpoint", e);
        }
    }

    private void refused(String message) throws IOException {
        assertThatThrownBy(this::convert)
                .isInstanceOf(ConvertException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(message);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.contains("gguf"));
        }
    }

    private Path output() {
        return folder.resolve("out.gguf");
    }

    private void convert() throws IOException {
        Converter.convert(folder, output(), ConvertOptions.DEFAULT);
    }
}
