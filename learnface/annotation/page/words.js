// Every word of the page, in English and in Chinese.

export const EN = {
  keys: "Keys", welcome: "Who is labelling?", newName: "New name", begin: "Begin", clips: "Clips", clip: "Clip",
  welcomeWhy: "Each person's labels are kept apart, so that agreement can be measured.",
  subject: "Subject", length: "Length", unknown: "unknown", you: "{name} (you)", someone: "Labelling as {name}: change",
  valence: "Valence", arousal: "Arousal", emotions: "Emotions", valenceShort: "V", arousalShort: "A", emotionsShort: "E",
  progress: "{name}: valence {valence}, arousal {arousal}, {marks} emotions{finished}", finishedShort: ", finished",
  exportTitle: "Export", exportWho: "Annotator", everyone: "everyone", rate: "Ratings a second",
  exportHelp: "Put the file into the folder of the videos: its paths are told from there. "
    + "Emotions load as labelled_clips, ratings as annotated_videos.",
  exportEmotions: "Emotions (CSV)", exportParquet: "Emotions (Parquet)", exportRatings: "Ratings (CSV)",
  exported: "{file} is downloaded.", back: "← All clips", previous: "Previous", next: "Next", seek: "Time in the video",
  play: "Play", pause: "Pause", rewind: "−2 s", forward: "+2 s", mute: "Mute", speed: "Speed", passes: "What to label",
  valenceQuestion: "Valence: how pleasant does the learner feel?", valenceLow: "unpleasant", valenceHigh: "pleasant",
  arousalQuestion: "Arousal: how activated is the learner?", arousalLow: "calm", arousalHigh: "excited",
  recordOn: "Recording on", recordOff: "Recording off", padAxis: "Game pad",
  hintRecord: "Play, and move the slider as you watch (arrow keys, mouse or game pad). To mend a part, seek back and play it again.",
  hintReview: "Recording is off: the slider shows what is recorded. Press R to record.",
  goArousal: "Next: arousal", goEmotions: "Next: emotions", goClip: "Next clip", goList: "All clips",
  emotionsTitle: "Which emotion, from when to when?",
  emotionsHelp: "Press an emotion to start it and press it again to stop. Emotions may overlap.",
  since: "since {time}", startCol: "Start (s)", stopCol: "Stop (s)", emotionCol: "Emotion", now: "now",
  startNow: "Set the start to the present time", stopNow: "Set the stop to the present time",
  playMark: "Play", deleteMark: "Delete", noMarks: "No emotion is marked yet.", stillOpen: "open", undo: "Undo",
  deleted: "{label} is deleted.", badTimes: "An emotion must stop after its start, within the video.",
  finished: "All emotions of this clip are marked", of: "{time} of {total}", close: "Close", keysTitle: "Keys",
  saved: "Saved", saving: "Saving…", waiting: "Not saved yet, trying again…", refused: "Not saved: {why}",
  full: "this browser's storage is full; keep the page open",
  started: "{label} started", stopped: "{label} stopped", recorded: "{pass} recorded {percent}",
  unplayable: "This browser cannot play {name}{codec}. Make a copy for this page (without sound), or convert it "
    + "and put the new file in its place:",
  makeCopy: "Make a copy", makingCopy: "Making a copy…",
  missing: "{name} can no longer be read. Was it moved?",
  noServer: "The server does not answer. Is “learnface annotate” still running?",
  keyList: [
    ["Space", "play or pause"], ["J, L", "2 seconds back, forward"], ["← →", "slider down, up (Shift: larger steps)"],
    ["Page Down, Page Up", "slider down, up by a quarter"], ["Home, 0, End", "slider to −1, 0, +1"], ["R", "recording on or off"],
    ["V, A, E", "valence, arousal, emotions"], ["1 … 9", "start or stop an emotion"], ["M", "mute"],
    ["N, P", "next clip, previous clip"], ["Esc", "all clips"], ["?", "these keys"],
  ],
};

export const ZH = {
  keys: "快捷键", welcome: "谁来标注？", newName: "新姓名", begin: "开始", clips: "视频列表", clip: "视频",
  welcomeWhy: "每位标注者的结果分开保存，以便计算一致性。",
  subject: "被试", length: "时长", unknown: "未知", you: "{name}（我）", someone: "标注者：{name}（更换）",
  valence: "效价", arousal: "唤醒度", emotions: "情绪", valenceShort: "效", arousalShort: "唤", emotionsShort: "情",
  progress: "{name}：效价 {valence}，唤醒度 {arousal}，情绪 {marks} 段{finished}", finishedShort: "，已完成",
  exportTitle: "导出", exportWho: "标注者", everyone: "所有人", rate: "每秒取值",
  exportHelp: "请将文件放在视频所在的文件夹：其中的路径以该文件夹为准。情绪由 labelled_clips 读取，评分由 annotated_videos 读取。",
  exportEmotions: "情绪 (CSV)", exportParquet: "情绪 (Parquet)", exportRatings: "评分 (CSV)",
  exported: "{file} 已下载。", back: "← 全部视频", previous: "上一个", next: "下一个", seek: "视频时间",
  play: "播放", pause: "暂停", rewind: "−2 秒", forward: "+2 秒", mute: "静音", speed: "速度", passes: "标注内容",
  valenceQuestion: "效价：学习者感到愉快还是不愉快？", valenceLow: "不愉快", valenceHigh: "愉快",
  arousalQuestion: "唤醒度：学习者是平静还是兴奋？", arousalLow: "平静", arousalHigh: "兴奋",
  recordOn: "正在记录", recordOff: "不记录", padAxis: "手柄",
  hintRecord: "播放视频，边看边移动滑块（方向键、鼠标或手柄）。需要修改时，跳回该处重新播放即可覆盖。",
  hintReview: "当前不记录，滑块显示已有的标注。按 R 开始记录。",
  goArousal: "下一步：唤醒度", goEmotions: "下一步：情绪", goClip: "下一个视频", goList: "全部视频",
  emotionsTitle: "哪种情绪？从何时到何时？",
  emotionsHelp: "按一下情绪开始，再按一下结束。不同情绪可以重叠。",
  since: "从 {time} 起", startCol: "开始（秒）", stopCol: "结束（秒）", emotionCol: "情绪", now: "当前",
  startNow: "将开始设为当前时间", stopNow: "将结束设为当前时间",
  playMark: "播放", deleteMark: "删除", noMarks: "尚未标注情绪。", stillOpen: "未结束", undo: "撤销",
  deleted: "已删除{label}。", badTimes: "结束必须晚于开始，并且在视频之内。",
  finished: "此视频的情绪已全部标注", of: "{time} / {total}", close: "关闭", keysTitle: "快捷键",
  saved: "已保存", saving: "正在保存…", waiting: "尚未保存，正在重试…", refused: "未保存：{why}",
  full: "浏览器存储空间已满，请不要关闭页面",
  started: "{label}开始", stopped: "{label}结束", recorded: "{pass}已记录 {percent}",
  unplayable: "浏览器无法播放 {name}{codec}。可以为本页面制作一份副本（无声音），或转换格式后替换原文件：",
  makeCopy: "制作副本", makingCopy: "正在制作副本…",
  missing: "无法读取 {name}，文件是否被移动？",
  noServer: "服务器没有响应。“learnface annotate” 是否仍在运行？",
  keyList: [
    ["空格", "播放或暂停"], ["J、L", "后退、前进 2 秒"], ["← →", "滑块减小、增大（Shift：大步）"],
    ["Page Down、Page Up", "滑块减小、增大四分之一"], ["Home、0、End", "滑块到 −1、0、+1"], ["R", "开始或停止记录"],
    ["V、A、E", "效价、唤醒度、情绪"], ["1 … 9", "开始或结束一种情绪"], ["M", "静音"],
    ["N、P", "下一个、上一个视频"], ["Esc", "全部视频"], ["?", "快捷键"],
  ],
};

const LABELS = {
  concentrated: "专注", disgust: "厌恶", distracted: "走神", happy: "高兴", confused: "困惑", surprise: "惊讶",
  tired: "疲惫", bored: "厌烦", pleased: "愉快", neutral: "中性", angry: "愤怒", sad: "悲伤", fear: "恐惧",
  contempt: "轻蔑", frustrated: "沮丧", engaged: "投入", disengaged: "不投入", curious: "好奇", others: "其他",
};

const STORED = "learnface.language";
let language = localStorage.getItem(STORED) || (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const currentLanguage = () => language;

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem(STORED, language);
}

// The words of a name, with {places} filled in.
export function t(name, values = {}) {
  const words = (language === "zh" ? ZH : EN)[name];
  return typeof words === "string" ? words.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "") : words;
}

export const labelWord = (label) => (language === "zh" && LABELS[label]) || label;

// Fill in all fixed words of the page.
export function translatePage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-words]")) element.textContent = t(element.dataset.words);
  for (const element of document.querySelectorAll("[data-aria]")) element.setAttribute("aria-label", t(element.dataset.aria));
  const other = document.getElementById("language");
  other.textContent = language === "zh" ? "English" : "中文";
  other.lang = language === "zh" ? "en" : "zh";
  const list = t("keyList").flatMap(([key, meaning]) => {
    const term = document.createElement("dt"), what = document.createElement("dd"), cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap);
    what.textContent = meaning;
    return [term, what];
  });
  document.getElementById("key-list").replaceChildren(...list);
}
